/**
 * A key and a self-signed certificate for "localhost" and 127.0.0.1, for servers in tests. Everybody can read this key:
 * it protects nothing.
 */
export const testCertificate = Object.freeze({
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgWAajO2iuupSvAjM7
FEBeTTSZS7CXwcvQD5iaBJrsKeehRANCAASGN5aLc/mI/8rRjVdEM7S0PaBkNKvm
m7DPQsy0enblr0v6mmS4odtZDGloZTRVzIJSMqycytDtMXCLJ6PxoHYm
-----END PRIVATE KEY-----
`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBmzCCAUGgAwIBAgIULeU6y9TArcFF5w+R2pOH48EoVU8wCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMzE1MTYwNVoYDzIxMjYxMDMw
MTUxNjA1WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAASGN5aLc/mI/8rRjVdEM7S0PaBkNKvmm7DPQsy0enblr0v6mmS4odtZ
DGloZTRVzIJSMqycytDtMXCLJ6PxoHYmo28wbTAdBgNVHQ4EFgQU2Dd4S0dcnLQT
pcEB9VeVPnb9qf8wHwYDVR0jBBgwFoAU2Dd4S0dcnLQTpcEB9VeVPnb9qf8wDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDSAAwRQIgdd/FTtzyDy6rF2JlJejjh1Tk+SJpo5bgkgtMIF462/MCIQDz
Me/DWyaErLOynmiLZTtiBMf56o5UFKc5BltkkdvolQ==
-----END CERTIFICATE-----
`,
});
