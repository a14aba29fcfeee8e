package app.cairn

import android.app.Application
import android.content.Context
import android.os.Handler
import android.os.Looper
import app.cairn.background.Alarm
import app.cairn.background.Collecting
import app.cairn.background.Telling
import app.cairn.collect.BeaconCollector
import app.cairn.collect.CellCollector
import app.cairn.collect.Collector
import app.cairn.collect.GnssCollector
import app.cairn.collect.MotionCollector
import app.cairn.collect.PhoneWatch
import app.cairn.collect.WifiCollector
import app.cairn.core.Core
import app.cairn.data.Files
import app.cairn.data.Settings
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.flow.MutableStateFlow

/** Holds what lives as long as the process. */
class CairnApp : Application() {
    val scope = CoroutineScope(SupervisorJob() + Dispatchers.Main.immediate)
    val settings by lazy { Settings(this) }
    val files by lazy { Files(this) }
    val core by lazy { Core(this, getDatabasePath("cairn.db")) }
    /** Whether other apps are told where the phone is. */
    val telling = MutableStateFlow(Telling.OFF)
    val gnss by lazy { GnssCollector(this, handler) }
    val collecting by lazy {
        val all = listOf(gnss, WifiCollector(this, handler), CellCollector(this, handler), BeaconCollector(this), MotionCollector(this))
        Collecting(core, settings, all.associateBy { it.sensor }, PhoneWatch(this, handler), Alarm(this, handler), scope)
    }

    /** Radios of one's own, for one question. */
    fun listeners(): List<Collector> = listOf(WifiCollector(this, handler), CellCollector(this, handler))

    /** Collectors hand what they hear on at once; the work is done elsewhere. */
    private val handler by lazy { Handler(Looper.getMainLooper()) }
}

/** The app, from any of its parts. */
val Context.cairn: CairnApp get() = applicationContext as CairnApp
