import { lacking } from "./lacking.js";
import { notes } from "./notes.js";
import { places } from "./places.js";
import { tables } from "./tables.js";

/** Given the quoted schema, the statements that lead from one version to the next. Never changed once released. */
export const migrations: readonly ((schema: string) => string)[] = [tables, notes, places, lacking];
