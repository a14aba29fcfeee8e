package app.cairn.ui.data

import android.net.Uri
import androidx.compose.runtime.Immutable
import app.cairn.CairnApp
import app.cairn.R
import app.cairn.core.ExportKind
import app.cairn.core.ImportResult
import app.cairn.core.Numbers
import app.cairn.core.Work
import app.cairn.ui.parts.CoreViewModel
import app.cairn.ui.parts.reportsText
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import java.io.File
import java.io.IOException

/** Everything the data screen shows. */
@Immutable
data class DataState(
    val numbers: Numbers? = null,
    /** What is under way, in words; null when nothing is. */
    val doing: Int? = null,
    /** How much of it is done, 0 to 1; null where that is not known. */
    val share: Float? = null,
    val imported: ImportResult? = null,
    val done: String? = null,
)

class DataViewModel(app: CairnApp) : CoreViewModel(app) {
    private val mutableState = MutableStateFlow(DataState())
    val state: StateFlow<DataState> = mutableState.asStateFlow()

    private var work: Work? = null

    fun load() = ask { readNumbers() }

    /** Takes a file in. Its content is copied first: the core goes back and forth in it, which other apps' files do not allow. */
    fun import(source: Uri, upload: Boolean) = long(R.string.importing) { work ->
        val copy = File.createTempFile("import", null, app.cacheDir)
        try {
            copyIn(source, copy)
            val result = app.core.importFile(copy, upload, work)
            mutableState.update { it.copy(imported = result) }
        } finally {
            copy.delete()
        }
    }

    fun export(target: Uri, kind: ExportKind, quarantined: Boolean) = long(R.string.exporting) { work ->
        val file = File.createTempFile("export", null, app.cacheDir)
        try {
            val reports = app.core.exportFile(file, kind, quarantined, work)
            copyOut(file, target)
            mutableState.update { it.copy(done = app.getString(R.string.exported, reportsText(app.resources, reports.toULong()))) }
        } finally {
            file.delete()
        }
    }

    /** Deletes everything. The screen has asked. */
    fun erase() = ask {
        app.core.erase()
        mutableState.value = DataState(done = app.getString(R.string.erased))
        readNumbers()
    }

    fun cancel() {
        work?.cancel()
    }

    private fun long(what: Int, job: suspend (Work) -> Unit) = ask {
        val work = Work()
        this.work = work
        mutableState.update { it.copy(doing = what, share = null, imported = null, done = null) }
        try {
            coroutineScope {
                val watch = launch { while (true) watch(work) }
                job(work)
                watch.cancel()
            }
            readNumbers()
        } finally {
            this.work = null
            mutableState.update { it.copy(doing = null) }
        }
    }

    private suspend fun watch(work: Work) {
        delay(WATCH_MS)
        val progress = work.progress()
        if (progress.of > 0uL) mutableState.update { it.copy(share = progress.done.toFloat() / progress.of.toFloat()) }
    }

    private suspend fun readNumbers() {
        val numbers = app.core.numbers()
        mutableState.update { it.copy(numbers = numbers) }
    }

    private suspend fun copyIn(source: Uri, target: File) = withContext(Dispatchers.IO) {
        val input = app.contentResolver.openInputStream(source) ?: throw IOException("the file cannot be opened")
        input.use { from -> target.outputStream().use(from::copyTo) }
    }

    private suspend fun copyOut(file: File, target: Uri) = withContext(Dispatchers.IO) {
        val output = app.contentResolver.openOutputStream(target, "wt") ?: throw IOException("the file cannot be opened")
        output.use { to -> file.inputStream().use { it.copyTo(to) } }
    }

    private companion object {
        const val WATCH_MS = 200L
    }
}
