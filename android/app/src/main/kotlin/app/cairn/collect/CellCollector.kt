package app.cairn.collect

import android.Manifest.permission.ACCESS_FINE_LOCATION
import android.annotation.SuppressLint
import android.content.Context
import android.content.pm.PackageManager.FEATURE_TELEPHONY
import android.content.pm.PackageManager.PERMISSION_GRANTED
import android.os.Handler
import android.telephony.CellInfo
import android.telephony.SubscriptionManager
import android.telephony.TelephonyManager
import app.cairn.core.ScanEvent
import app.cairn.core.Sensor
import java.util.concurrent.Executor

/** Cells of every SIM: each has a modem view of its own. */
class CellCollector(private val context: Context, private val handler: Handler) : Collector {
    override val sensor = Sensor.CELLS

    private var tell: ((Heard) -> Unit)? = null

    override fun start(intervalMs: Long, tell: (Heard) -> Unit): StartResult {
        if (context.checkSelfPermission(ACCESS_FINE_LOCATION) != PERMISSION_GRANTED) {
            return StartResult.MissingPermission(ACCESS_FINE_LOCATION)
        }
        if (!context.packageManager.hasSystemFeature(FEATURE_TELEPHONY)) return StartResult.Unavailable
        this.tell = tell
        return StartResult.Started
    }

    @SuppressLint("MissingPermission") // start() has checked it; a permission taken away meanwhile is told as an error.
    override fun scanNow(): StartResult {
        val tell = tell ?: return StartResult.Unavailable
        val answer = object : TelephonyManager.CellInfoCallback() {
            override fun onCellInfo(cells: MutableList<CellInfo>) {
                tell(Heard.AScan(sensor, ScanEvent(cells = cells.mapNotNull(CellInfo::toCellHeard))))
            }

            // The modem is asleep or the SIM is gone: an empty scan, so that the supervisor does not wait for one.
            override fun onError(errorCode: Int, detail: Throwable?) = tell(Heard.AScan(sensor, ScanEvent()))
        }
        modems().forEach { it.requestCellInfoUpdate(Executor(handler::post), answer) }
        return StartResult.Started
    }

    override fun stop() {
        tell = null
    }

    /** One for each active SIM; the default one where there is none or the list may not be read. */
    private fun modems(): List<TelephonyManager> {
        val telephony = context.getSystemService(TelephonyManager::class.java)
        val ids = try {
            context.getSystemService(SubscriptionManager::class.java).activeSubscriptionInfoList.orEmpty().map { it.subscriptionId }
        } catch (_: SecurityException) {
            // The list needs the permission to read the phone's state, which Cairn does not ask for.
            emptyList()
        }
        return ids.map(telephony::createForSubscriptionId).ifEmpty { listOf(telephony) }
    }
}
