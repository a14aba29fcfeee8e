package app.cairn.ui.data

import android.net.Uri
import android.text.format.Formatter
import androidx.compose.runtime.Immutable
import app.cairn.CairnApp
import app.cairn.R
import app.cairn.core.BackupKey
import app.cairn.core.BackupRestored
import app.cairn.core.CoreException
import app.cairn.core.ImportResult
import app.cairn.core.MergeResult
import app.cairn.core.Numbers
import app.cairn.core.Saved
import app.cairn.core.VaultPlace
import app.cairn.core.WorkProgress
import app.cairn.ui.parts.CoreViewModel
import app.cairn.ui.parts.learnedText
import app.cairn.ui.parts.reportsText
import app.cairn.ui.parts.timeAndDateText
import java.time.LocalDate
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
    /** What came of each file. */
    val imported: List<ImportResult> = emptyList(),
    val merged: MergeResult? = null,
    /** Of the backup just made: shown until the user has kept it, and nowhere else. */
    val secrets: Secrets? = null,
    /** Where one's own service keeps the backup. */
    val vault: VaultPlace? = null,
    val isVaultBegun: Boolean = false,
    val done: String? = null,
    /** What an export can be cut to. */
    val parts: ExportParts = ExportParts(),
)

/** What opens a backup besides its password, and where that is on a service that did not have it before. */
@Immutable
data class Secrets(val code: String, val vaultId: String? = null)

class DataViewModel(app: CairnApp) : CoreViewModel(app) {
    private val mutableState = MutableStateFlow(DataState())
    val state: StateFlow<DataState> = mutableState.asStateFlow()

    private var running: Job? = null

    fun load() = ask {
        readVault()
        readNumbers()
        readParts()
    }

    fun import(sources: List<Uri>, upload: Boolean) = long(R.string.importing) { watch ->
        sources.forEach { source ->
            val result = app.files.read(source) { app.core.importFile(it, upload, watch) }
            mutableState.update { it.copy(imported = it.imported + result) }
        }
    }

    /** Brings another phone's database in. The screen has asked. */
    fun merge(source: Uri) = long(R.string.merging) { watch ->
        val result = app.files.read(source) { app.core.mergeFile(it, watch) }
        mutableState.update { it.copy(merged = result) }
    }

    fun export(target: Uri, wish: ExportWish) = long(R.string.exporting) { watch ->
        val rows = app.files.write(target) { app.core.exportFile(it, wish.choice(), watch) }
        val written = if (wish.isLearned) learnedText(app.resources, rows) else reportsText(app.resources, rows.toULong())
        mutableState.update { it.copy(done = app.getString(R.string.exported, written)) }
    }

    /** What the user has chosen for the file that they are about to pick; in memory only. */
    private var password = ""
    private var key: BackupKey? = null
    private var opened: Uri? = null

    fun chooseLocks(password: String, key: BackupKey? = null) {
        this.password = password
        this.key = key
    }

    fun createBackup(target: Uri) = long(R.string.backing_up) { watch ->
        val made = app.files.write(target) { app.core.createBackup(it, password, watch) }
        mutableState.update { it.copy(secrets = Secrets(made.recoveryCode), done = madeText(made.reports, made.bytes)) }
    }

    private fun madeText(reports: ULong, bytes: ULong): String =
        app.getString(R.string.backed_up, reportsText(app.resources, reports), Formatter.formatShortFileSize(app, bytes.toLong()))

    /** Adds what is in a backup to what is here. The screen has asked. */
    fun restoreBackup(source: Uri) = long(R.string.restoring) { watch ->
        val restored = app.files.read(source) { app.core.restoreBackup(it, checkNotNull(key), watch) }
        mutableState.update { it.copy(done = restoredText(restored)) }
    }

    private fun restoredText(restored: BackupRestored): String =
        app.getString(R.string.restored, reportsText(app.resources, restored.reports), timeAndDateText(restored.madeMs))

    /** Remembers which backup gets a new password, until the user has said where the new file goes. */
    fun openBackup(source: Uri) {
        opened = source
    }

    fun rekeyBackup(target: Uri) = long(R.string.rekeying) { watch ->
        val source = checkNotNull(opened)
        val code = app.files.change(source, target) { app.core.rekeyBackup(it, checkNotNull(key), password, watch) }
        mutableState.update { it.copy(secrets = Secrets(code), done = app.getString(R.string.rekeyed)) }
    }

    fun forgetSecrets() = mutableState.update { it.copy(secrets = null) }

    /**
     * Has a service keep the backup from now on. Its id is remembered before anything is sent: where the answer is lost, the next
     * try finds what the first has left there.
     */
    fun beginVault(url: String, allowHttp: Boolean, password: String) = long(R.string.backing_up) { watch ->
        val place = VaultPlace(url, app.settings.now().vault?.id ?: app.core.freshVaultId(), allowHttp)
        app.settings.change { it.copy(vault = place, vaultBegun = false) }
        val stored = app.core.storeBackup(place, password, mayBegin = true, watch)
        val secrets = stored.recoveryCode?.let { Secrets(it, place.id) }
        mutableState.update { it.copy(secrets = secrets, done = madeText(stored.reports, stored.bytes)) }
        rememberVault(place)
    }

    fun storeInVault(password: String) = long(R.string.backing_up) { watch ->
        val stored = app.core.storeBackup(checkNotNull(app.settings.now().vault), password, mayBegin = false, watch)
        mutableState.update { it.copy(done = madeText(stored.reports, stored.bytes)) }
    }

    /** Adds what is in a backup on a service to what is here, and goes on with that vault. The screen has asked. */
    fun fetchVault(place: VaultPlace, key: BackupKey) = long(R.string.restoring) { watch ->
        val restored = app.core.fetchBackup(place, key, watch)
        mutableState.update { it.copy(done = restoredText(restored)) }
        rememberVault(place)
    }

    fun rekeyVault(key: BackupKey, password: String) = long(R.string.rekeying) { watch ->
        val code = app.core.rekeyStored(checkNotNull(app.settings.now().vault), key, password, watch)
        mutableState.update { it.copy(secrets = Secrets(code), done = app.getString(R.string.vault_rekeyed)) }
    }

    /** What the service has stays there. The screen has asked. */
    fun forgetVault() = ask { rememberVault(null) }

    private suspend fun rememberVault(place: VaultPlace?) {
        app.settings.change { it.copy(vault = place, vaultBegun = place != null) }
        readVault()
    }

    private suspend fun readVault() {
        val choices = app.settings.now()
        mutableState.update { it.copy(vault = choices.vault, isVaultBegun = choices.vaultBegun) }
    }

    /** Deletes everything. The screen has asked. */
    fun erase() = ask {
        app.core.erase()
        mutableState.value = DataState(done = app.getString(R.string.erased))
        readVault()
        readNumbers()
    }

    /** What was done by then stays done. */
    fun cancel() {
        running?.cancel()
    }

    /** Something that takes its time, one at a time. */
    private fun long(what: Int, job: suspend (watch: (WorkProgress) -> Unit) -> Unit) {
        if (running?.isActive == true) return
        mutableState.update { it.copy(doing = what, share = null, imported = emptyList(), merged = null, done = null) }
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

    private suspend fun readParts() {
        val board = app.core.leaderboard(LocalDate.now())
        val here = app.collecting.state.value.fix?.let { it.lat to it.lon }
        mutableState.update { it.copy(parts = ExportParts(board.trips, board.areas, here)) }
    }

    private suspend fun readNumbers() {
        val (numbers, saved) = app.core.numbers() to app.core.saved()
        mutableState.update { it.copy(numbers = numbers, saved = saved) }
    }
}
