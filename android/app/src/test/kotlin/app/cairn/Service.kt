package app.cairn

import android.database.sqlite.SQLiteDatabase
import java.io.Closeable
import java.io.File

/** The real location service of the command line, on loopback. */
class Service(mode: String = "beacondb", private val database: File? = null, private val vaults: File? = null) : Closeable {
    private val process: Process =
        ProcessBuilder(listOf(checkNotNull(System.getProperty("cairn.cli")), "serve", "--address", "127.0.0.1:0", "--mode", mode) + kept())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start()

    /** "listening on http://127.0.0.1:40123". */
    val url: String = process.inputStream.bufferedReader().readLine().substringAfter("listening on ").trim()

    private fun kept() = database?.let { listOf("--db", it.path) }.orEmpty() + vaults?.let { listOf("--vault", it.path) }.orEmpty()

    /** The reports that were taken, as they were sent; from a service that keeps them. */
    fun reports(): List<String> = SQLiteDatabase.openDatabase(checkNotNull(database).path, null, SQLiteDatabase.OPEN_READONLY).use { kept ->
        kept.rawQuery("SELECT body FROM report ORDER BY id", null).use { rows ->
            generateSequence { if (rows.moveToNext()) rows.getString(0) else null }.toList()
        }
    }

    override fun close() {
        process.destroy()
        process.waitFor()
    }
}
