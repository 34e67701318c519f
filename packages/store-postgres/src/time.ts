/** The largest bigint, which stands for "no end" and is later than every time. As text: no number holds it. */
export const END_OF_TIME = "9223372036854775807";
export const START_OF_TIME = "-9223372036854775808";

export const ms = (date: Date | undefined): number | undefined => date?.getTime();
