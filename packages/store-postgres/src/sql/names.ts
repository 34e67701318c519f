/** $1 source_id[], $2 path_key[]: places and ids of the known ones. */
export const findDirectories = (schema: string): string => `
  SELECT (q.place - 1)::int AS place, d.id
  FROM unnest($1::int[], $2::uuid[]) WITH ORDINALITY AS q(source_id, path_key, place)
  JOIN ${schema}.directories d USING (source_id, path_key)`;

/** $1 source_id[], $2 path_key[], $3 path[]. */
export const addDirectories = (schema: string): string => `
  INSERT INTO ${schema}.directories (source_id, path_key, path)
  SELECT source_id, path_key, path FROM unnest($1::int[], $2::uuid[], $3::text[]) AS n(source_id, path_key, path)
  ON CONFLICT DO NOTHING`;

/** $1 name[]. */
export const findSources = (schema: string): string => `
  SELECT id, name FROM ${schema}.sources WHERE name = ANY($1::text[])`;

export const addSources = (schema: string): string => `
  INSERT INTO ${schema}.sources (name) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING`;

export const allSources = (schema: string): string => `
  SELECT name FROM ${schema}.sources ORDER BY name`;
