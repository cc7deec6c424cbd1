import tseslint from "typescript-eslint";

// Text may only become text nodes: all functions that parse markup or code are forbidden by name.
const markup = ["innerHTML", "outerHTML", "insertAdjacentHTML", "setHTMLUnsafe", "setHTML", "srcdoc", "createContextualFragment", "parseFromString"];

export default tseslint.config(
  {ignores: ["node_modules/**", "out/**", "**/*.js", "**/*.mjs"]},
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {parserOptions: {projectService: true}},
    rules: {
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-new-func": "error",
      "no-restricted-properties": ["error", {object: "document", property: "write"}, {object: "document", property: "writeln"}],
      "no-restricted-syntax": ["error", ...markup.map(name => ({selector: `MemberExpression[property.name="${name}"], Literal[value="${name}"]`, message: `${name} parses markup; use element() of dom.ts`}))],
      "@typescript-eslint/restrict-template-expressions": ["error", {allowNumber: true}],
      "@typescript-eslint/no-floating-promises": ["error", {allowForKnownSafeCalls: [{from: "package", package: "node:test", name: "test"}]}],
      "@typescript-eslint/no-confusing-void-expression": ["error", {ignoreArrowShorthand: true}],
    },
  },
);
