// Bundles Jitsi Meet's own handling of captions for our page: its middleware and its reducer decide
// what is shown. What else they import is not of use here and stands empty.
import * as esbuild from "esbuild";
import path from "node:path";

const [features, entry, outfile] = process.argv.slice(2);
const REAL = [
  "subtitles/middleware", "subtitles/reducer", "subtitles/actions.any", "subtitles/actionTypes",
  "subtitles/functions.any", "subtitles/functions.web", "subtitles/functions", "subtitles/logger",
  "subtitles/constants", "base/redux/MiddlewareRegistry", "base/redux/ReducerRegistry",
  "base/redux/functions", "base/conference/actionTypes", "base/participants/constants",
  "transcribing/actionTypes", "base/logging/functions",
];

const emptyElsewhere = {
  name: "empty elsewhere",
  setup(build) {
    build.onResolve({ filter: /^\.\.?\// }, (args) => {
      const place = path.relative(features, path.resolve(args.resolveDir, args.path));
      if (args.namespace !== "file" || place.startsWith("..") || REAL.includes(place)) return undefined;
      return { path: place, namespace: "empty" };
    });
    build.onLoad({ filter: /^base\/lib-jitsi-meet$/, namespace: "empty" }, () => ({
      contents: "export default window.JitsiMeetJS;",
    }));
    build.onLoad({ filter: /.*/, namespace: "empty" }, () => ({
      contents: "module.exports = Object.create(new Proxy({}, { get: (_, key) => key === '__esModule' ? false : () => undefined }));",
    }));
  },
};

await esbuild.build({
  entryPoints: [entry],
  outfile,
  bundle: true,
  format: "iife",
  globalName: "JitsiCaptions",
  alias: { "jitsi-features": features },
  nodePaths: [path.resolve("node_modules")],
  resolveExtensions: [".web.ts", ".ts", ".tsx", ".js"],
  define: { "process.env.NODE_ENV": '"production"' },
  plugins: [emptyElsewhere],
  logLevel: "error",
});
