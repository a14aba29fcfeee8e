package app.cairn.ui.parts

import android.content.res.Resources
import android.icu.text.MeasureFormat
import android.icu.text.NumberFormat
import android.icu.util.LocaleData
import android.icu.util.Measure
import android.icu.util.MeasureUnit
import android.icu.util.ULocale
import android.os.SystemClock
import android.text.format.DateUtils
import app.cairn.R
import app.cairn.core.CollectingStatus
import app.cairn.core.CoreException
import app.cairn.core.PauseReason
import app.cairn.core.Reached
import app.cairn.core.Saved
import app.cairn.core.ServiceTrouble
import app.cairn.core.StopReason
import app.cairn.core.Trouble
import java.time.Instant
import java.time.ZoneId
import java.time.format.DateTimeFormatter
import java.time.format.FormatStyle
import java.util.Locale

/*
 * The core's values in the user's words.
 */

/** "Paused: not moving since 14:02". */
fun statusText(resources: Resources, status: CollectingStatus): String = when (status) {
    CollectingStatus.Stopped -> resources.getString(R.string.status_stopped)
    CollectingStatus.Collecting -> resources.getString(R.string.status_collecting)
    is CollectingStatus.WaitingForFix -> resources.getString(R.string.status_waiting, clockText(status.sinceMs))
    is CollectingStatus.Paused -> pausedText(resources, status)
    is CollectingStatus.CheckingMove -> resources.getString(R.string.status_checking)
    is CollectingStatus.Draining -> resources.getString(R.string.status_draining)
}

private fun pausedText(resources: Resources, status: CollectingStatus.Paused): String {
    val since = clockText(status.sinceMs)
    val why = pauseText(status.why) ?: return resources.getString(R.string.status_resting, since)
    return resources.getString(R.string.status_paused, resources.getString(why), since)
}

/** Null where the user's own wish is the reason. */
private fun pauseText(why: PauseReason): Int? = when (why) {
    PauseReason.USER -> null
    PauseReason.STILL -> R.string.pause_still
    PauseReason.NO_SKY -> R.string.pause_no_sky
    PauseReason.BATTERY_LOW -> R.string.pause_battery
    PauseReason.HOT -> R.string.pause_hot
    PauseReason.POWER_SAVE -> R.string.pause_power_save
    PauseReason.NO_PERMISSION -> R.string.pause_permission
    PauseReason.LOCATION_OFF -> R.string.pause_location_off
    PauseReason.GNSS_FAILED -> R.string.pause_gnss
}

fun troubleText(resources: Resources, trouble: Trouble): String = resources.getString(
    when (trouble) {
        Trouble.BUSY -> R.string.trouble_busy
        Trouble.DISK_FULL -> R.string.trouble_disk_full
        Trouble.READ_ONLY -> R.string.trouble_read_only
        Trouble.LOCKED -> R.string.trouble_locked
        Trouble.CLOSED, Trouble.INTERNAL -> R.string.trouble_internal
    },
)

/** What went wrong, and never a value of the user's. */
fun failureText(resources: Resources, failure: CoreException): String = when (failure) {
    is CoreException.DiskFull -> resources.getString(R.string.trouble_disk_full)
    is CoreException.ReadOnly -> resources.getString(R.string.trouble_read_only)
    is CoreException.Locked -> resources.getString(R.string.trouble_locked)
    is CoreException.Busy -> resources.getString(R.string.trouble_busy)
    is CoreException.NewerData -> resources.getString(R.string.trouble_newer)
    is CoreException.Damaged -> resources.getString(R.string.trouble_damaged)
    is CoreException.WrongPassword -> resources.getString(R.string.trouble_password)
    is CoreException.WrongCode -> resources.getString(R.string.trouble_code)
    is CoreException.Cancelled -> resources.getString(R.string.trouble_cancelled)
    is CoreException.Service -> resources.getString(vaultText(failure.why))
    is CoreException.BadInput -> resources.getString(R.string.trouble_input, failure.what)
    is CoreException.BadFile -> {
        val line = failure.line
        if (line == null) {
            resources.getString(R.string.trouble_file, failure.what)
        } else {
            resources.getString(R.string.trouble_file_line, numberText(line.toLong()), failure.what)
        }
    }
    else -> resources.getString(R.string.trouble_internal)
}

private fun vaultText(why: ServiceTrouble): Int = when (why) {
    ServiceTrouble.UNREACHABLE -> R.string.vault_unreachable
    ServiceTrouble.UNTRUSTED -> R.string.vault_untrusted
    ServiceTrouble.UNKNOWN -> R.string.vault_unknown
    ServiceTrouble.CHANGED -> R.string.vault_changed
    ServiceTrouble.NO_ROOM -> R.string.vault_no_room
    ServiceTrouble.LATER -> R.string.vault_later
    ServiceTrouble.NOT_A_SERVICE -> R.string.vault_not_a_service
    ServiceTrouble.REFUSED -> R.string.vault_refused
}

/** What became of a damaged database. */
fun savedText(resources: Resources, saved: Saved): String =
    resources.getQuantityString(R.plurals.saved_rows, saved.rows.toLong().forPlural(), numberText(saved.rows.toLong()))

fun stopText(why: StopReason): Int = when (why) {
    StopReason.FORBIDDEN -> R.string.stop_forbidden
    StopReason.WRONG_ADDRESS -> R.string.stop_wrong_address
    StopReason.UNEXPECTED -> R.string.stop_unexpected
    StopReason.REFUSES_ALL -> R.string.stop_refuses_all
}

/** "1.2 km, 34 new emitters, 56 points". */
fun tripText(resources: Resources, trip: Reached): String = listOf(
    distanceText(trip.distanceM),
    emittersText(resources, trip),
    pointsText(resources, trip.pointsTenths),
).joinToString(" · ")

fun emittersText(resources: Resources, reached: Reached): String {
    val all = (reached.wifi + reached.cells + reached.beacons).toLong()
    return resources.getQuantityString(R.plurals.new_emitters, all.forPlural(), numberText(all))
}

fun pointsText(resources: Resources, tenths: ULong): String {
    val points = tenths.toLong() / TENTHS
    return resources.getQuantityString(R.plurals.points, points.forPlural(), numberText(points))
}

fun daysText(resources: Resources, days: UInt): String =
    resources.getQuantityString(R.plurals.days, days.toInt(), numberText(days.toLong()))

fun reportsText(resources: Resources, reports: ULong): String =
    resources.getQuantityString(R.plurals.reports, reports.toLong().forPlural(), numberText(reports.toLong()))

fun learnedText(resources: Resources, emitters: Long): String =
    resources.getQuantityString(R.plurals.learned, emitters.forPlural(), numberText(emitters))

fun numberText(number: Long): String = NumberFormat.getIntegerInstance(Locale.getDefault()).format(number)

/** In the units of the user's country. */
fun distanceText(metres: Double): String {
    val isMetric = LocaleData.getMeasurementSystem(ULocale.getDefault()) == LocaleData.MeasurementSystem.SI
    val (amount, unit) = when {
        isMetric && metres < METRES_PER_KM -> metres to MeasureUnit.METER
        isMetric -> metres / METRES_PER_KM to MeasureUnit.KILOMETER
        metres < METRES_PER_MILE / 10 -> metres / METRES_PER_FOOT to MeasureUnit.FOOT
        else -> metres / METRES_PER_MILE to MeasureUnit.MILE
    }
    val digits = if (unit == MeasureUnit.METER || unit == MeasureUnit.FOOT || amount >= 100) 0 else 1
    val numbers = NumberFormat.getInstance(Locale.getDefault()).apply { maximumFractionDigits = digits }
    return MeasureFormat.getInstance(Locale.getDefault(), MeasureFormat.FormatWidth.SHORT, numbers).format(Measure(amount, unit))
}

/** The time of day at which elapsedRealtime was this. */
fun clockText(monoMs: Long): String = timeText(System.currentTimeMillis() - (SystemClock.elapsedRealtime() - monoMs))

fun timeText(utcMs: Long): String {
    val time = Instant.ofEpochMilli(utcMs).atZone(ZoneId.systemDefault())
    return DateTimeFormatter.ofLocalizedTime(FormatStyle.SHORT).format(time)
}

/** "25 Nov 2026, 04:12". */
fun timeAndDateText(utcMs: Long): String {
    val time = Instant.ofEpochMilli(utcMs).atZone(ZoneId.systemDefault())
    return DateTimeFormatter.ofLocalizedDateTime(FormatStyle.MEDIUM, FormatStyle.SHORT).format(time)
}

/** "in 12 minutes", "3 hours ago". */
fun agoText(utcMs: Long): String =
    DateUtils.getRelativeTimeSpanString(utcMs, System.currentTimeMillis(), DateUtils.MINUTE_IN_MILLIS).toString()

/** Plural rules only look at small numbers: a larger one is some multiple of a million, and as plural. */
private fun Long.forPlural(): Int = if (this <= Int.MAX_VALUE) toInt() else 1_000_000

private const val TENTHS = 10
private const val METRES_PER_KM = 1_000.0
private const val METRES_PER_MILE = 1_609.344
private const val METRES_PER_FOOT = 0.3048
