/**
 * The code of a file that ended too early although the server confirmed its end. Where that brings nothing more each time it
 * is said of the file; other ends that come too early are the line's.
 */
export const ENDED_SHORT = "ended-short";
