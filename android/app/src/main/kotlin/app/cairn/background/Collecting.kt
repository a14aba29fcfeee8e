package app.cairn.background

import android.os.SystemClock
import app.cairn.collect.Collector
import app.cairn.collect.Heard
import app.cairn.collect.PhoneWatch
import app.cairn.collect.StartResult
import app.cairn.core.CollectingStatus
import app.cairn.core.Core
import app.cairn.core.CoreException
import app.cairn.core.FixEvent
import app.cairn.core.PauseReason
import app.cairn.core.PhoneEvent
import app.cairn.core.ScanEvent
import app.cairn.core.Sensor
import app.cairn.core.SensorCommand
import app.cairn.core.SensorReaction
import app.cairn.core.Trouble
import app.cairn.data.Settings
import java.util.concurrent.atomic.AtomicLong
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.distinctUntilChanged
import kotlinx.coroutines.flow.drop
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch

/** What the screens and the notification show of a collection. */
data class CollectingState(
    val status: CollectingStatus = CollectingStatus.Stopped,
    val trouble: Trouble? = null,
    val fix: FixEvent? = null,
    /** What each radio heard last. */
    val heard: Map<Sensor, ScanEvent> = emptyMap(),
    /** Fixes and scans that came faster than they could be taken in. */
    val missed: Long = 0,
) {
    /** Whether it is paused because the user wants that. */
    val isResting: Boolean get() = (status as? CollectingStatus.Paused)?.why == PauseReason.USER
}

/**
 * Carries what the collectors tell to the core, and what the supervisor answers to the collectors, one after the other.
 * It decides nothing.
 */
class Collecting(
    private val core: Core,
    private val settings: Settings,
    private val collectors: Map<Sensor, Collector>,
    private val phone: PhoneWatch,
    private val alarm: Alarm,
    private val scope: CoroutineScope,
    private val clock: () -> Long = SystemClock::elapsedRealtime,
) {
    private val mutableState = MutableStateFlow(CollectingState())
    val state: StateFlow<CollectingState> = mutableState.asStateFlow()

    private val inbox = Channel<Heard>(INBOX)
    private val missed = AtomicLong()
    private var running: Job? = null
    private var finished: () -> Unit = {}

    /**
     * Starts the loop, and collecting with it unless it only goes on with what a process before this one did. [resting] where
     * the user was having a break then.
     */
    fun start(wasCollecting: Boolean, resting: Boolean = false, onFinished: () -> Unit) {
        finished = onFinished
        if (running?.isActive == true) {
            if (!wasCollecting) tell(Heard.AnEvent(PhoneEvent.Start))
            return
        }
        running = scope.launch {
            val chosen = settings.now().collectingSettings()
            perform(guarded { core.prepare(chosen, clock(), wasCollecting) })
            if (resting) perform(guarded { core.onEvent(clock(), PhoneEvent.Pause) })
            phone.start(::tell)
            if (!wasCollecting) tell(Heard.AnEvent(PhoneEvent.Start))
            val changes = launch { followSettings() }
            for (heard in inbox) {
                take(heard)
                if (mutableState.value.status == CollectingStatus.Stopped && finishing) break
            }
            changes.cancel()
            phone.stop()
            alarm.cancel()
            finishing = false
            finished()
        }
    }

    /** A break: nothing is heard until the next start, and the trip goes on. */
    fun pause() = tell(Heard.AnEvent(PhoneEvent.Pause))

    /** Asks for the end: results under way are still taken, then `onFinished` is called. */
    fun stop() = tell(Heard.AnEvent(PhoneEvent.Stop))

    /** Tells the supervisor what it may have missed: permissions change without a word. */
    fun lookAgain() {
        if (running?.isActive == true) phone.permissions().forEach { tell(Heard.AnEvent(it)) }
    }

    private var finishing = false

    private fun tell(heard: Heard) {
        if (inbox.trySend(heard).isFailure) mutableState.update { it.copy(missed = missed.incrementAndGet()) }
    }

    private suspend fun take(heard: Heard) {
        val now = clock()
        when (heard) {
            is Heard.AFix -> {
                if (!heard.fix.mock) mutableState.update { it.copy(fix = heard.fix) }
                perform(guarded { core.onFix(now, heard.fix) })
            }
            is Heard.AScan -> {
                mutableState.update { it.copy(heard = it.heard + (heard.sensor to heard.scan)) }
                perform(guarded { core.onScan(now, heard.sensor, heard.scan) })
            }
            is Heard.AnEvent -> perform(guarded { core.onEvent(now, heard.event) })
        }
    }

    /** A core that cannot even be asked is trouble to show, never the end of the process. */
    private suspend fun guarded(ask: suspend () -> SensorReaction): SensorReaction = try {
        ask()
    } catch (e: CoreException) {
        SensorReaction(emptyList(), e.toTrouble())
    }

    private fun perform(reaction: SensorReaction) {
        mutableState.update { it.copy(trouble = reaction.trouble) }
        reaction.commands.forEach(::perform)
    }

    private fun perform(command: SensorCommand) {
        when (command) {
            is SensorCommand.Start -> answer(command.sensor) { start(command.intervalMs, ::tell) }
            is SensorCommand.Stop -> collectors[command.sensor]?.stop()
            is SensorCommand.ScanNow -> answer(command.sensor) { scanNow() }
            is SensorCommand.WakeAt -> alarm.set(command.monoMs) { tell(Heard.AnEvent(PhoneEvent.Tick)) }
            is SensorCommand.Show -> mutableState.update { it.copy(status = command.status) }
            SensorCommand.Finished -> {
                finishing = true
                mutableState.update { it.copy(status = CollectingStatus.Stopped, fix = null, heard = emptyMap()) }
            }
        }
    }

    private fun answer(sensor: Sensor, ask: Collector.() -> StartResult) {
        val event = try {
            when (collectors[sensor]?.ask() ?: StartResult.Unavailable) {
                StartResult.Started -> return
                is StartResult.MissingPermission -> PhoneEvent.Permission(sensor, false)
                StartResult.Unavailable -> PhoneEvent.Provider(sensor, false)
                StartResult.Throttled -> PhoneEvent.Throttled(sensor)
            }
        } catch (_: SecurityException) {
            // A permission that was taken away between two calls.
            PhoneEvent.Permission(sensor, false)
        } catch (_: RuntimeException) {
            // What a radio's service throws when it has just died; the supervisor tries again, later each time.
            PhoneEvent.Failed(sensor)
        }
        tell(Heard.AnEvent(event))
    }

    private suspend fun followSettings() {
        settings.choices.map { it.collectingSettings() }.distinctUntilChanged().drop(1).collect { changed ->
            perform(guarded { core.changeSettings(clock(), changed) })
        }
    }

    private companion object {
        /** Two minutes of everything that sensors tell at their fastest. */
        const val INBOX = 512
    }
}

private fun CoreException.toTrouble(): Trouble = when (this) {
    is CoreException.DiskFull -> Trouble.DISK_FULL
    is CoreException.ReadOnly -> Trouble.READ_ONLY
    is CoreException.Locked -> Trouble.LOCKED
    is CoreException.Busy -> Trouble.BUSY
    is CoreException.Closed -> Trouble.CLOSED
    else -> Trouble.INTERNAL
}
