/**
 * One case of a contract kit: data, free of any test runner. `F` is the fixture a case is given, made anew for each.
 *
 * Run them all: `for (const c of cases) test(c.name, () => withFixture(c.run))`. A case that does not apply is not in
 * the list: kits are functions of what an adapter declares, and where a capability is missing, the list has a case
 * that expects the clear refusal instead, whose name says why.
 */
export interface ContractCase<F> {
  /** A sentence about behaviour. */
  readonly name: string;
  /** Rejects with an AssertionError where the contract is broken. */
  run(fixture: F): Promise<void>;
}
