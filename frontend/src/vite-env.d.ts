/** The version of this build, from package.json and the time of building. */
declare const __VERSION__: string;
