package app.cairn.background

import app.cairn.CairnApp
import app.cairn.collect.Collector
import app.cairn.collect.Heard
import app.cairn.collect.StartResult
import app.cairn.core.ScanEvent
import app.cairn.core.Sensor
import app.cairn.core.ofScans
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.withTimeoutOrNull

/** Hears once what is around, to work out a position: from a running collection, else by collectors of its own. */
class Listener(private val app: CairnApp) {
    suspend fun listen(): ScanEvent {
        val running = app.collecting.state.value.heard
        if (running.isNotEmpty()) return ofScans(running)
        val heard = mutableMapOf<Sensor, ScanEvent>()
        val inbox = Channel<Heard.AScan>(INBOX)
        val asked = app.listeners().filter { it.asks(inbox) }
        try {
            withTimeoutOrNull(PATIENCE_MS) {
                while (heard.size < asked.size) inbox.receive().let { heard[it.sensor] = it.scan }
            }
        } finally {
            asked.forEach(Collector::stop)
        }
        return ofScans(heard)
    }

    private fun Collector.asks(inbox: Channel<Heard.AScan>): Boolean {
        val started = start(PATIENCE_MS) { if (it is Heard.AScan) inbox.trySend(it) } == StartResult.Started
        if (started) scanNow()
        return started
    }

    private companion object {
        const val INBOX = 16

        /** A WiFi scan over all bands takes up to six seconds. */
        const val PATIENCE_MS = 8_000L
    }
}
