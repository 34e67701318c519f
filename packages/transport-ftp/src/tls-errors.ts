/** What to do about a certificate or a handshake, by the name of OpenSSL's or Node's error; $ is the server. */
const ADVICE: readonly (readonly [RegExp, string])[] = [
  [
    /^CERT_HAS_EXPIRED$/,
    "the certificate of $ has expired: whoever runs it must renew it; if you know it all the same, pin it with `tls.fingerprint`",
  ],
  [/^CERT_NOT_YET_VALID$/, "the certificate of $ isn't valid yet: check this machine's clock"],
  [
    /^(?:ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH)$/,
    "the certificate of $ is made out to another name: if that is the right server, set `tls.servername` to that name",
  ],
  [
    /^DEPTH_ZERO_SELF_SIGNED_CERT$/,
    "the certificate of $ is signed by itself, and nobody vouches for it: get it from whoever runs the server and give it as `tls.ca_file` (`ca` in code), or pin it with `tls.fingerprint`",
  ],
  [
    /^(?:SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_GET_ISSUER_CERT(?:_LOCALLY)?|UNABLE_TO_VERIFY_LEAF_SIGNATURE)$/,
    "the certificate of $ comes from an issuer that isn't known here: give the issuer's certificate as `tls.ca_file` (`ca` in code)",
  ],
  [/^(?:CERT_|ERR_TLS_CERT|UNABLE_TO_)/, "the certificate of $ can't be accepted"],
  [
    /^ERR_SSL_(?:TLSV13_ALERT_CERTIFICATE_REQUIRED|SSLV3_ALERT_(?:BAD|NO)_CERTIFICATE|TLSV1_ALERT_UNKNOWN_CA)$/,
    "$ wants a certificate of yours: give it one (`tls.cert_file` and `tls.key_file`; `cert` and `key` in code)",
  ],
  [
    /^ERR_SSL_(?:UNSUPPORTED_PROTOCOL|TLSV1_ALERT_PROTOCOL_VERSION|NO_PROTOCOLS_AVAILABLE|WRONG_SSL_VERSION)/,
    "$ speaks no version of TLS that is allowed here: an old server may need `tls.min_version: TLSv1` with `tls.ciphers: DEFAULT@SECLEVEL=0`",
  ],
  [
    /^ERR_SSL_(?:SSLV3_ALERT_HANDSHAKE_FAILURE|NO_CIPHERS?_|DH_KEY_TOO_SMALL|EE_KEY_TOO_SMALL|CA_MD_TOO_WEAK|UNSAFE_LEGACY|NO_SUITABLE|BAD_ECPOINT)/,
    "$ and this side have no cipher in common: an old server may need `tls.ciphers: DEFAULT@SECLEVEL=0`",
  ],
  [
    /^(?:ERR_SSL_WRONG_VERSION_NUMBER|ERR_SSL_PACKET_LENGTH_TOO_LONG)$/,
    "what $ answers isn't TLS: check `port`, and whether `secure` should be true (AUTH TLS) or implicit",
  ],
];

export function isAboutCertificate(code: string): boolean {
  return /^(?:DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_(?:GET|VERIFY)|CERT_|ERR_TLS_CERT|HOSTNAME_MISMATCH)/.test(
    code,
  );
}

export function isAboutTls(code: string): boolean {
  return /^(?:ERR_SSL|ERR_TLS|EPROTO)/.test(code);
}

export function certificateAdvice(code: string, server: string): string | undefined {
  return ADVICE.find(([pattern]) => pattern.test(code))?.[1].replace("$", () => server);
}
