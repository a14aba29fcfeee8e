package app.cairn.collect

import app.cairn.core.FixEvent
import app.cairn.core.PhoneEvent
import app.cairn.core.ScanEvent
import app.cairn.core.Sensor

/** What a collector tells. */
sealed interface Heard {
    data class AFix(val fix: FixEvent) : Heard

    data class AScan(val sensor: Sensor, val scan: ScanEvent) : Heard

    data class AnEvent(val event: PhoneEvent) : Heard
}

/** Whether a collector could do what it was asked for. */
sealed interface StartResult {
    data object Started : StartResult

    data class MissingPermission(val name: String) : StartResult

    data object Unavailable : StartResult

    /** The system allows no more for now. */
    data object Throttled : StartResult
}

/** A radio or sensor. It tells what it hears; when it runs is the supervisor's to say. */
interface Collector {
    val sensor: Sensor

    /** Starts telling, with results about this far apart where the sensor has such a thing. */
    fun start(intervalMs: Long, tell: (Heard) -> Unit): StartResult

    /** Asks for one scan now; its results are told like any other. */
    fun scanNow(): StartResult = StartResult.Unavailable

    fun stop()
}
