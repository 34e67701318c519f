/** The style sheet of a report, which brings it along. */
export const STYLE = `
:root { color-scheme: light dark; --line: #dfe5e9; --quiet: #5a6773; --complete: #3f9a8b; --partial: #e6a417; --incomplete: #6b1448;
  --missing: #5b3f9e; --empty: #9b86d3; --failed: #c93a32; --unseen: #59646e; --open: #cfe4df; --outside: #eef1f3; }
@media (prefers-color-scheme: dark) { :root { --line: #28343c; --quiet: #93a1ad; --complete: #2f8375; --partial: #f0b23a; --incomplete: #ffd0e6;
  --missing: #a88bf0; --empty: #7b66b8; --failed: #f2645a; --unseen: #9aa7b3; --open: #234742; --outside: #1d272e; } }
body { max-width: 1200px; margin: 24px auto; padding: 0 16px; font: 14px/1.45 system-ui, sans-serif;
  font-variant-numeric: tabular-nums; }
h1 { font-size: 20px; } h2 { margin: 24px 0 6px; font-size: 15px; } h3 { margin: 12px 0 3px; font-size: 14px; }
small { color: var(--quiet); font-weight: 400; }
.answers { display: grid; grid-template-columns: repeat(auto-fit, minmax(230px, 1fr)); gap: 12px; }
.answers section { padding: 8px 12px; border: 1px solid var(--line); border-top: 3px solid var(--tone); border-radius: 6px; }
.answers h2 { margin: 0; color: var(--quiet); font-size: 12px; font-weight: 500; }
.answers p { margin: 2px 0; font-size: 16px; font-weight: 600; }
.answers ul { margin: 0; padding: 0; list-style: none; color: var(--quiet); }
.good { --tone: #2b7a6c; } .watch { --tone: #b98600; } .bad { --tone: #c93a32; }
.legend span { display: inline-block; margin-right: 14px; padding-left: 6px; border-left: 12px solid var(--state); }
.complete { --state: var(--complete); } .partial { --state: var(--partial); } .incomplete { --state: var(--incomplete); } .missing { --state: var(--missing); }
.empty { --state: var(--empty); } .failed { --state: var(--failed); } .unseen { --state: var(--unseen); }
.open { --state: var(--open); }
svg { display: block; width: 100%; height: 72px; background: var(--outside); } path { fill: var(--state); }
.span { display: flex; justify-content: space-between; margin: 0; color: var(--quiet); font-size: 11px; }
table { border-collapse: collapse; } td, th { padding: 2px 14px 2px 0; border-bottom: 1px solid var(--line);
  text-align: left; vertical-align: top; overflow-wrap: anywhere; }
`;
