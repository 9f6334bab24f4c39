export async function calendar(): Promise<void> {}
