declare module "virtual:messages/he" {
  const messages: Record<string, (given: Record<string, unknown>) => string>;
  export default messages;
}
declare module "virtual:messages/en" {
  const messages: Record<string, (given: Record<string, unknown>) => string>;
  export default messages;
}
