package app.cairn.core

import android.content.Context
import android.os.Looper
import app.cairn.BuildInfo
import java.io.File
import java.time.LocalDate
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.delay
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.launch
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import kotlinx.coroutines.withContext

/**
 * The engine, opened with the first call. Every call suspends and does its work away from the main thread; failures are
 * [CoreException]s.
 */
class Core(
    private val context: Context,
    private val file: File,
    private val dispatcher: CoroutineDispatcher = Dispatchers.IO,
) {
    private val opening = Mutex()
    private var native: NativeCore? = null

    // Collecting.

    suspend fun prepare(settings: CollectingSettings, now: Long, wasCollecting: Boolean): SensorReaction =
        ask { prepare(settings, now, wasCollecting) }

    suspend fun onFix(now: Long, fix: FixEvent): SensorReaction = ask { onFix(now, fix) }

    suspend fun onScan(now: Long, sensor: Sensor, scan: ScanEvent): SensorReaction = ask { onScan(now, sensor, scan) }

    suspend fun onEvent(now: Long, event: PhoneEvent): SensorReaction = ask { onEvent(now, event) }

    suspend fun changeSettings(now: Long, settings: CollectingSettings): SensorReaction = ask { changeSettings(now, settings) }

    suspend fun flush() = ask { flush() }

    // Reading.

    suspend fun saved(): Saved? = ask { saved() }

    suspend fun numbers(): Numbers = ask { numbers() }

    suspend fun leaderboard(today: LocalDate): Leaderboard = ask { leaderboard(today.toEpochDay().toInt()) }

    suspend fun days(first: LocalDate, last: LocalDate): List<DayRow> =
        ask { days(first.toEpochDay().toInt(), last.toEpochDay().toInt()) }

    suspend fun trip(): Reached? = ask { trip() }

    suspend fun coverage(view: GeoBox, limit: Int): List<CoveredHexagon> =
        Coverage.read(ask { coverage(view.south, view.west, view.north, view.east, limit.toUInt()) })

    suspend fun locate(scan: ScanEvent): Position? = ask { locate(scan) }

    // Outbox.

    suspend fun outbox(): List<OutboxRow> = ask { outbox() }

    suspend fun addService(choice: ServiceChoice): Long = ask { addService(choice) }

    suspend fun setService(id: Long, choice: ServiceChoice) = ask { setService(id, choice) }

    suspend fun removeService(id: Long) = ask { removeService(id) }

    suspend fun resumeService(id: Long) = ask { resumeService(id) }

    suspend fun upload(id: Long, conditions: UploadConditions, hurry: Boolean): UploadResult =
        askLong({}) { work -> upload(id, conditions, hurry, work) }

    suspend fun quarantined(): List<QuarantinedRow> = ask { quarantined() }

    suspend fun resend(service: Long, report: Long): Boolean = ask { resend(service, report) }

    suspend fun attempts(): List<AttemptRow> = ask { attempts() }

    suspend fun prune(limit: Int): Long = ask { prune(limit.toUInt()).toLong() }

    // Privacy.

    suspend fun privacyRules(): PrivacyRules = ask { privacyRules() }

    suspend fun addZone(lat: Double, lon: Double): ZoneResult = ask { addZone(lat, lon) }

    suspend fun removeZone(id: Long) = ask { removeZone(id) }

    suspend fun refuseAddress(address: String) = ask { refuseAddress(address) }

    suspend fun allowAddress(address: String) = ask { allowAddress(address) }

    suspend fun refuseName(part: String) = ask { refuseName(part) }

    suspend fun allowName(part: String) = ask { allowName(part) }

    // Files.

    suspend fun importFile(source: File, upload: Boolean, watch: (WorkProgress) -> Unit): ImportResult =
        askLong(watch) { work -> importFile(source.path, upload, work) }

    suspend fun mergeFile(source: File, watch: (WorkProgress) -> Unit): MergeResult =
        askLong(watch) { work -> mergeFile(source.path, work) }

    suspend fun exportFile(target: File, choice: ExportChoice, watch: (WorkProgress) -> Unit): Long =
        askLong(watch) { work -> exportFile(target.path, choice, work).toLong() }

    // Backups.

    suspend fun createBackup(target: File, password: String, watch: (WorkProgress) -> Unit): BackupMade =
        askLong(watch) { work -> createBackup(target.path, password, work) }

    suspend fun restoreBackup(source: File, key: BackupKey, watch: (WorkProgress) -> Unit): BackupRestored =
        askLong(watch) { work -> restoreBackup(BackupPlace.File(source.path), key, work) }

    /** Answers the new recovery code. */
    suspend fun rekeyBackup(file: File, key: BackupKey, password: String, watch: (WorkProgress) -> Unit): String =
        askLong(watch) { work -> rekeyBackup(BackupPlace.File(file.path), key, password, work) }

    // Backups on one's own service.

    suspend fun freshVaultId(): String = ask { newVaultId() }

    /** Where the service has no such vault, that is an error, or a new one if the user [mayBegin] one. */
    suspend fun storeBackup(place: VaultPlace, password: String, mayBegin: Boolean, watch: (WorkProgress) -> Unit): BackupStored =
        askLong(watch) { work -> storeBackup(place, password, mayBegin, work) }

    suspend fun fetchBackup(place: VaultPlace, key: BackupKey, watch: (WorkProgress) -> Unit): BackupRestored =
        askLong(watch) { work -> restoreBackup(BackupPlace.Service(place), key, work) }

    /** Answers the new recovery code. */
    suspend fun rekeyStored(place: VaultPlace, key: BackupKey, password: String, watch: (WorkProgress) -> Unit): String =
        askLong(watch) { work -> rekeyBackup(BackupPlace.Service(place), key, password, work) }

    // Region packs.

    suspend fun packs(): List<PackRow> = ask { packs() }

    suspend fun addPack(file: File): PackRow = ask { addPack(file.path) }

    suspend fun removePack(path: String) = ask { removePack(path) }

    /** Makes everything durable and closes; the next call opens again. */
    suspend fun close() = withContext(dispatcher) {
        opening.withLock {
            native?.let { core ->
                native = null
                core.use { it.shutDown() }
            }
        }
    }

    /** Closes, and deletes everything that was ever recorded. Ask the user first. */
    suspend fun erase() {
        close()
        withContext(dispatcher) {
            val folder = checkNotNull(file.absoluteFile.parentFile)
            val own = folder.listFiles { found -> found.name.startsWith(file.name) }.orEmpty()
            own.forEach { check(it.delete()) { "a file of the database cannot be deleted" } }
        }
    }

    private suspend fun <T> ask(question: NativeCore.() -> T): T = withContext(dispatcher) {
        check(Looper.myLooper() != Looper.getMainLooper()) { "the core is not asked on the main thread" }
        val core = opened()
        try {
            core.question()
        } catch (_: InternalException) {
            // A panic in the core: its log says where, and its words may quote what it choked on.
            throw CoreException.Internal()
        }
    }

    /**
     * Something that takes its time: [watch] is told now and then how far it is, away from the main thread. Who cancels the
     * coroutine stops it; what was done by then stays done.
     */
    private suspend fun <T> askLong(watch: (WorkProgress) -> Unit, question: NativeCore.(Work) -> T): T = withContext(dispatcher) {
        Work().use { work ->
            val watching = launch {
                try {
                    while (true) {
                        delay(WATCH_MS)
                        watch(work.progress())
                    }
                } finally {
                    work.cancel()
                }
            }
            try {
                ask { question(work) }
            } catch (e: CoreException.Cancelled) {
                // Who has cancelled hears it as a coroutine does.
                ensureActive()
                throw e
            } finally {
                withContext(NonCancellable) { watching.cancelAndJoin() }
            }
        }
    }

    private suspend fun opened(): NativeCore = opening.withLock {
        native ?: run {
            Startup.run(context)
            file.absoluteFile.parentFile?.mkdirs()
            NativeCore.open(file.path, BuildInfo.CORE_VERSION).also { native = it }
        }
    }

    private companion object {
        const val WATCH_MS = 200L
    }
}
