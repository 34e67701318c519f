/** Short facts under a name. */
export const notes = (schema: string): string => `
CREATE TABLE ${schema}.notes (
  key text COLLATE "C" PRIMARY KEY,
  value text NOT NULL,
  at bigint NOT NULL
);
`;
