/**
 * The code of an error of kind "cut-short": the file ended too early although the server confirmed its end. Where that
 * brings nothing more each time it is said of the file; other ends that come too early are the line's.
 */
export const ENDED_SHORT = "ended-short";
