/** Who a place on disk belongs to. By hash, since a location may be longer than a tree can hold. */
export const places = (schema: string): string => `
CREATE INDEX files_location ON ${schema}.files USING hash (location);
`;
