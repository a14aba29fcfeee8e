package app.cairn

import java.io.Closeable

/** The real location service of the command line, on loopback. */
class Service(mode: String = "beacondb") : Closeable {
    private val process: Process =
        ProcessBuilder(checkNotNull(System.getProperty("cairn.cli")), "serve", "--address", "127.0.0.1:0", "--mode", mode)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start()

    /** "listening on http://127.0.0.1:40123". */
    val url: String = process.inputStream.bufferedReader().readLine().substringAfter("listening on ").trim()

    override fun close() {
        process.destroy()
        process.waitFor()
    }
}
