// Text files that the bundler puts into the script.
declare module "*.jsonl" {
  const text: string;
  export default text;
}
declare module "*.txt" {
  const text: string;
  export default text;
}
