/** Where the running `pazpaz up` is reached, and the page of the mails it sent. */
export const place = { base: "", mail: "" };
