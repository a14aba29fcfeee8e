package app.cairn.background

import android.app.AlarmManager
import android.os.Handler
import android.os.Looper
import app.cairn.Street
import app.cairn.app
import app.cairn.collect.Collector
import app.cairn.collect.Heard
import app.cairn.collect.PhoneWatch
import app.cairn.collect.StartResult
import app.cairn.core.CellHeard
import app.cairn.core.CellRadio
import app.cairn.core.CollectingStatus
import app.cairn.core.Core
import app.cairn.core.PhoneEvent
import app.cairn.core.ScanEvent
import app.cairn.core.Sensor
import app.cairn.waitUntil
import java.util.concurrent.atomic.AtomicInteger
import kotlin.coroutines.CoroutineContext
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Runnable
import kotlinx.coroutines.SupervisorJob
import org.robolectric.Shadows.shadowOf

/** A radio or sensor of a phone that the test carries along the street. */
class Radio(override val sensor: Sensor) : Collector {
    var isRunning = false
    var starts = 0

    /** Scans asked for and not answered yet. */
    var asked = 0
    val scans = mutableListOf<Long>()
    var startResult: StartResult = StartResult.Started
    var scanResult: StartResult = StartResult.Started
    var isBroken = false
    lateinit var tell: (Heard) -> Unit
    lateinit var now: () -> Long

    override fun start(intervalMs: Long, tell: (Heard) -> Unit): StartResult {
        this.tell = tell
        if (isBroken) throw IllegalStateException("the radio's service has died")
        starts++
        isRunning = startResult == StartResult.Started
        return startResult
    }

    override fun scanNow(): StartResult {
        if (scanResult == StartResult.Started) {
            asked++
            scans += now()
        }
        return scanResult
    }

    override fun stop() {
        isRunning = false
    }

    fun fail() {
        isRunning = false
        tell(Heard.AnEvent(PhoneEvent.Failed(sensor)))
    }
}

/** A phone: the real core, the real loop, Android's own state; radios and time are the test's. */
class Rig(database: String = "rig.db") {
    var now = 1_000_000L
    var step = 0
    var isMoving = true

    /** Radios whose scans stay under way. */
    val deaf = mutableSetOf<Sensor>()
    var isFinished = false
    val radios = Sensor.entries.associateWith(::Radio)
    private val calls = Counted(Dispatchers.IO)
    val core = Core(app, app.getDatabasePath(database), calls)
    private val handler = Handler(Looper.getMainLooper())
    private val alarms = shadowOf(app.getSystemService(AlarmManager::class.java))
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Main.immediate)
    val collecting = Collecting(core, app.settings, radios, PhoneWatch(app, handler), Alarm(app, handler), scope) { now }

    init {
        radios.values.forEach { it.now = { now } }
    }

    val status: CollectingStatus get() = collecting.state.value.status

    fun radio(sensor: Sensor): Radio = radios.getValue(sensor)

    fun start(wasCollecting: Boolean = false) {
        collecting.start(wasCollecting) { isFinished = true }
        waitUntil("an answer") { status != CollectingStatus.Stopped }
        settle()
    }

    /** Lets so many seconds go by: fixes every two, results of the scans asked for, alarms when they are due. */
    fun live(seconds: Int) = repeat(seconds) {
        now += 1_000
        if (isMoving) step++
        val gnss = radio(Sensor.GNSS)
        if (gnss.isRunning && it % 2 == 0) gnss.tell(Heard.AFix(Street.fix(step / 2, now)))
        listOf(Sensor.WIFI, Sensor.CELLS).filter { it !in deaf }.forEach(::answer)
        ring()
        settle()
    }

    private fun answer(sensor: Sensor) {
        val radio = radio(sensor)
        if (radio.asked == 0) return
        radio.asked = 0
        radio.tell(Heard.AScan(sensor, if (sensor == Sensor.WIFI) Street.scan(step / 2, now) else ScanEvent(cells = listOf(cell()))))
    }

    private fun cell() = CellHeard(
        monoMs = now,
        radio = CellRadio.LTE,
        mcc = 244u,
        mnc = 91u,
        area = 1_000u,
        cell = 5_000uL + (step / 200).toULong(),
        physical = null,
        arfcn = null,
        signalDbm = -90,
        asu = null,
        timingAdvance = null,
        serving = true,
    )

    private fun ring() {
        val due = alarms.scheduledAlarms.filter { it.triggerAtMs <= now }
        due.forEach(alarms::fireAlarm)
    }

    /** Until the main thread has nothing to do and the core has answered everything. */
    fun settle() {
        var before: Int
        do {
            before = calls.ever.get()
            shadowOf(Looper.getMainLooper()).idle()
            while (calls.running.get() > 0) Thread.sleep(1)
            shadowOf(Looper.getMainLooper()).idle()
        } while (calls.ever.get() != before || calls.running.get() > 0)
    }

    private class Counted(private val inner: CoroutineDispatcher) : CoroutineDispatcher() {
        val running = AtomicInteger()
        val ever = AtomicInteger()

        override fun dispatch(context: CoroutineContext, block: Runnable) {
            running.incrementAndGet()
            ever.incrementAndGet()
            inner.dispatch(context) {
                try {
                    block.run()
                } finally {
                    running.decrementAndGet()
                }
            }
        }
    }
}
