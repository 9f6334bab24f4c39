/** What a phone dials: its digits and the plus before a country's code. */
export const dials = (phone: string): string => `tel:${phone.replace(/(?!^\+)[^\d*#]/g, "")}`;
