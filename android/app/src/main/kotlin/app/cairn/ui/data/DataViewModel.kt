package app.cairn.ui.data

import android.net.Uri
import androidx.compose.runtime.Immutable
import app.cairn.CairnApp
import app.cairn.R
import app.cairn.core.CoreException
import app.cairn.core.ExportKind
import app.cairn.core.ImportResult
import app.cairn.core.Numbers
import app.cairn.core.Saved
import app.cairn.core.WorkProgress
import app.cairn.ui.parts.CoreViewModel
import app.cairn.ui.parts.reportsText
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.Job
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.update

/** Everything the data screen shows. */
@Immutable
data class DataState(
    val numbers: Numbers? = null,
    /** What could be saved when the database was found damaged. */
    val saved: Saved? = null,
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

    private var running: Job? = null

    fun load() = ask { readNumbers() }

    fun import(source: Uri, upload: Boolean) = long(R.string.importing) { watch ->
        val result = app.files.read(source) { app.core.importFile(it, upload, watch) }
        mutableState.update { it.copy(imported = result) }
    }

    fun export(target: Uri, kind: ExportKind, quarantined: Boolean) = long(R.string.exporting) { watch ->
        val reports = app.files.write(target) { app.core.exportFile(it, kind, quarantined, watch) }
        mutableState.update { it.copy(done = app.getString(R.string.exported, reportsText(app.resources, reports.toULong()))) }
    }

    /** Deletes everything. The screen has asked. */
    fun erase() = ask {
        app.core.erase()
        mutableState.value = DataState(done = app.getString(R.string.erased))
        readNumbers()
    }

    /** What was done by then stays done. */
    fun cancel() {
        running?.cancel()
    }

    /** Something that takes its time, one at a time. */
    private fun long(what: Int, job: suspend (watch: (WorkProgress) -> Unit) -> Unit) {
        if (running?.isActive == true) return
        mutableState.update { it.copy(doing = what, share = null, imported = null, done = null) }
        running = ask {
            try {
                job(::watch)
                readNumbers()
            } catch (e: CancellationException) {
                stopped()
                throw e
            } catch (_: CoreException.Cancelled) {
                stopped()
            } finally {
                mutableState.update { it.copy(doing = null) }
            }
        }
    }

    private fun stopped() {
        mutableState.update { it.copy(done = app.getString(R.string.trouble_cancelled)) }
        load()
    }

    private fun watch(progress: WorkProgress) {
        if (progress.of > 0uL) mutableState.update { it.copy(share = progress.done.toFloat() / progress.of.toFloat()) }
    }

    private suspend fun readNumbers() {
        val (numbers, saved) = app.core.numbers() to app.core.saved()
        mutableState.update { it.copy(numbers = numbers, saved = saved) }
    }
}
