import { readdirSync, readFileSync } from "node:fs";
import prettier from "eslint-config-prettier";
import regexp from "eslint-plugin-regexp";
import tseslint from "typescript-eslint";

const packages = readdirSync("packages").map((folder) => ({
  folder,
  name: JSON.parse(readFileSync(`packages/${folder}/package.json`, "utf8")).name,
}));

/** Core imports no adapter, adapters import only core, and nobody reaches into another package's files. */
const mayImport = {
  "@daybook/core": [],
  "@daybook/testing": ["@daybook/core"],
  daybook: ["@daybook/core"],
};

const walls = packages.map(({ folder, name }) => {
  const allowed = [name, ...(mayImport[name] ?? ["@daybook/core"])];
  return {
    files: [`packages/${folder}/src/**/*.ts`],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            {
              group: packages.map((p) => p.name).filter((n) => !allowed.includes(n)),
              message: `${name} may import only ${allowed.slice(1).join(", ") || "its own files"}.`,
            },
            {
              group: ["@daybook/*/*", "daybook/*", "**/packages/**", "../../../*/src/**", "../../*/src/**"],
              message: "Import another package by its name; its files are its own.",
            },
            ...(name === "@daybook/core" && folder === "core"
              ? []
              : [{ group: ["tsyringe", "reflect-metadata"], message: "Only core/src/di knows tsyringe." }]),
          ],
        },
      ],
    },
  };
});

/** In all packages; a package that has rules of the kind of its own adds these to them. */
const restrictedSyntax = [
  {
    selector: "CallExpression[callee.object.name='Math'] > SpreadElement",
    message: "A hundred thousand arguments overflow the stack: use smallest or largest of core.",
  },
  {
    selector: "CallExpression[callee.property.name=/^(push|unshift|concat)$/] > SpreadElement",
    message: "A hundred thousand arguments overflow the stack: add them one by one.",
  },
  {
    selector: "CallExpression[callee.name=/^mkdir(Sync)?$/] Property[key.name='recursive']",
    message: "Node's recursive mkdir may never return (below /proc, on dead mounts): use makeFolder of core.",
  },
  {
    selector: "CallExpression[callee.property.name=/^#?mkdir(Sync)?$/] Property[key.name='recursive']",
    message: "Node's recursive mkdir may never return (below /proc, on dead mounts): use makeFolder of core.",
  },
];

export default tseslint.config(
  { ignores: ["**/dist/**", "**/node_modules/**", "**/*.d.ts", ".nx/**", "coverage/**"] },
  ...tseslint.configs.recommended,
  {
    languageOptions: { parserOptions: { projectService: false } },
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      eqeqeq: ["error", "smart"],
    },
  },
  ...walls,
  {
    // Patterns run on what servers, names and files hold: none may take longer than its text is long.
    files: ["packages/*/src/**/*.ts"],
    plugins: { regexp },
    rules: {
      "regexp/no-super-linear-backtracking": "error",
      "regexp/no-super-linear-move": "error",
    },
  },
  {
    // The doubles' trees are in memory.
    files: ["packages/*/src/**/*.ts"],
    ignores: ["packages/testing/src/**"],
    rules: { "no-restricted-syntax": ["error", ...restrictedSyntax] },
  },
  {
    files: ["packages/core/src/**/*.ts"],
    ignores: ["packages/core/src/di/**"],
    rules: {
      "no-restricted-syntax": [
        "error",
        ...restrictedSyntax,
        {
          selector: "ImportDeclaration[source.value=/^(tsyringe|reflect-metadata)$/]",
          message: "Only core/src/di knows tsyringe.",
        },
      ],
    },
  },
  prettier,
);
