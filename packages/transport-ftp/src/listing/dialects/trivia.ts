import type { Dialect } from "../dialect.js";

// "total" as `ls` says it, in the languages that its translations are in.
const TOTALS = new Set(
  'total,insgesamt,totale,totaal,totalt,итого,всего,всього,загалом,усяго,агулам,celkem,celkom,suma,razem,summa,sammanlagt,i alt,yhteensä,összesen,toplam,σύνολο,общо,укупно,ukupno,skupaj,skupno,kokku,iš viso,viso,kopā,guztira,entute,jumlah,iomlán,samtals,barlyǵy,барлығы,სულ,合計,总用量,总计,总数,總用量,總計,總共,합계,tổng cộng,tổng,รวม,ทั้งหมด,المجموع,إجمالي,مجموع,סך הכל,סה"כ,कुल'.split(
    ",",
  ),
);
const TOTAL =
  /^ {0,8}(?<word>[^\d: ]{1,60}(?: [^\d: ]{1,60})?) {0,2}:? {0,8}\d{1,16}(?:[.,]\d{1,3})?[KMGTP]?i?B?(?: bytes)? {0,8}$/;

// The frame that "dir" draws around its lines, and what it counts below them.
const DIR_TITLE = / {0,4}(?:Volume in drive [A-Z] (?:is |has )|Volume Serial Number is )/y;
const DIR_TOTAL = /^ {0,20}\d[\d.,]{0,15} (?:File|Dir)\(s\) {1,20}\d[\d.,]{0,24} bytes(?: free)? {0,8}$/i;
const DIR_HEADING = /^ {0,4}Directory of (?<directory>[^ ].{0,1000})$/;
const LS_HEADING = /^(?<directory>\.{0,2}\/.{0,4000}|\.):$/;

/** Lines of a listing that name no entry. */
export const trivia: Dialect = {
  name: "lines beside entries",
  short: true,
  read(line, { text }) {
    const word = TOTAL.exec(line)?.groups!["word"];
    if (word !== undefined && TOTALS.has(text(word).toLowerCase().trim())) return { is: "total" };
    if (DIR_TOTAL.test(line)) return { is: "total" };
    DIR_TITLE.lastIndex = 0;
    if (DIR_TITLE.test(line)) return { is: "nothing" };
    const heading = (LS_HEADING.exec(line) ?? DIR_HEADING.exec(line))?.groups;
    return heading && { is: "heading", directory: heading["directory"]! };
  },
};
