// Validates a description of OpenAPI by a validator that is not ours. node validate_openapi.mjs FILE
import { readFileSync } from "node:fs";
import { execSync } from "node:child_process";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const globalModules = execSync("npm root -g").toString().trim();
const require = createRequire(globalModules + "/");
const module = require.resolve("@seriousme/openapi-schema-validator");
const { Validator } = await import(pathToFileURL(module).href);
const validator = new Validator();
const result = await validator.validate(JSON.parse(readFileSync(process.argv[2], "utf8")));
console.log(validator.version, result.valid ? "valid" : JSON.stringify(result.errors, null, 1));
process.exit(result.valid ? 0 : 1);
