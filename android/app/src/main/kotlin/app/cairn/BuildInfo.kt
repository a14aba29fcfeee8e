package app.cairn

/** What this build is; a test compares it with the core. */
object BuildInfo {
    const val CORE_VERSION = "0.1.0"
}
