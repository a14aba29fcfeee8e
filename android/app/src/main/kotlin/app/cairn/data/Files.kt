package app.cairn.data

import android.content.Context
import android.net.Uri
import java.io.File
import java.io.IOException
import java.util.UUID
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext

/** A file of another app, or the medium, did not do what was asked. It names nothing: a file's name is its owner's. */
class FileTrouble : Exception()

/** Files that come from and go to other apps. The core goes back and forth in a file, which theirs do not allow: so it works on copies. */
class Files(private val context: Context) {
    /** Where a `.map` file is kept that the user has picked. */
    private val background get() = File(context.filesDir, "background.map")

    /** Lends a copy of another app's file. */
    suspend fun <T> read(source: Uri, work: suspend (File) -> T): T = lend("import") { copy ->
        copyIn(source, copy)
        work(copy)
    }

    /** Lends an empty file, and copies what was written into another app's. */
    suspend fun <T> write(target: Uri, work: suspend (File) -> T): T = lend("export") { file ->
        work(file).also { copyOut(file, target) }
    }

    /** Lends a copy of another app's file, and copies what became of it into a third. */
    suspend fun <T> change(source: Uri, target: Uri, work: suspend (File) -> T): T = lend("change") { copy ->
        copyIn(source, copy)
        work(copy).also { copyOut(copy, target) }
    }

    /** Keeps a copy of a `.map` file; answers its path. The one before is kept until the copy is whole. */
    suspend fun keepMap(source: Uri): String {
        val part = File(context.filesDir, "background.map.part")
        copyIn(source, part)
        guarded { if (!part.renameTo(background)) throw IOException() }
        return background.path
    }

    /** Keeps a copy of a region pack, which is read as long as it is used. */
    suspend fun keepPack(source: Uri): File {
        val folder = File(context.filesDir, "packs")
        val kept = File(folder, "${UUID.randomUUID()}.pack")
        guarded { if (!folder.isDirectory && !folder.mkdirs()) throw IOException() }
        copyIn(source, kept)
        return kept
    }

    /** Removes what [keepPack] kept. */
    suspend fun removePack(path: String) = guarded {
        val file = File(path)
        if (file.exists() && !file.delete()) throw IOException()
    }

    suspend fun removeMap() = guarded { if (background.exists() && !background.delete()) throw IOException() }

    private suspend fun <T> lend(prefix: String, work: suspend (File) -> T): T {
        val file = guarded { File.createTempFile(prefix, null, context.cacheDir) }
        try {
            return work(file)
        } finally {
            // What is left of it in the cache, the system removes.
            file.delete()
        }
    }

    private suspend fun copyIn(source: Uri, target: File) = guarded {
        val input = context.contentResolver.openInputStream(source) ?: throw IOException()
        input.use { from -> target.outputStream().use(from::copyTo) }
    }

    private suspend fun copyOut(file: File, target: Uri) = guarded {
        val output = context.contentResolver.openOutputStream(target, "wt") ?: throw IOException()
        output.use { to -> file.inputStream().use { it.copyTo(to) } }
    }

    private suspend fun <T> guarded(work: () -> T): T = withContext(Dispatchers.IO) {
        try {
            work()
        } catch (_: IOException) {
            throw FileTrouble()
        } catch (_: SecurityException) {
            throw FileTrouble()
        }
    }
}
