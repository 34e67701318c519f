import type { ListingMessage } from "./evidence.js";

/** What `ls`, systems and servers say in the place of entries, in the languages they are often set to; the first that fits. */
const MEANINGS: readonly (readonly [RegExp, ListingMessage["meaning"]])[] = [
  [
    /permission denied|access (?:is |to [^:]{1,100} is )?denied|not permitted|forbidden|no privilege|keine berechtigung|zugriff verweigert|permission non accord|accès refusé|permiso denegado|acceso denegado|permesso negato|accesso negato|permissão negada|acesso negado|toegang geweigerd|отказано в доступе|brak dostępu|权限不够|拒绝访问|權限不足|許可がありません|허가 거부/i,
    "refused",
  ],
  [
    /no such (?:file|directory)|(?:file|directory|path)[^:]{0,100} not found|does not exist|doesn't exist|not a directory|nicht gefunden|aucun fichier ou|no existe el|non esistente|arquivo ou diretório inexistente|нет такого файла|没有那个文件|沒有此一檔案|そのようなファイル|그런 파일이나/i,
    "missing",
  ],
  [
    /^\W{0,8}(?:(?:DIRECT-W-NOFILES|EZA\w{1,8}|550)\W{1,3})?(?:no (?:matching )?(?:files|entries|members|data sets)(?: (?:were |was )?found)?|(?:the )?(?:directory|folder) (?:is )?empty|empty (?:directory|folder)|keine dateien(?: gefunden)?|aucun fichier(?: trouvé)?|no hay archivos|nessun file(?: trovato)?|нет файлов|找不到文件|没有文件)\W{0,8}$/i,
    "nothing",
  ],
  [
    /cannot|can't|could not|couldn't|unable|failed|\berror\b|^\/?(?:\w{1,20}\/){0,5}ls: |^%[A-Z]{1,10}-[EFW]-/i,
    "failed",
  ],
];

/** What a line that is no entry says about the directory; undefined where it says nothing known. */
export function messageIn(text: string): ListingMessage | undefined {
  const meaning = MEANINGS.find(([pattern]) => pattern.test(text))?.[1];
  return meaning && { meaning, text };
}
