package app.cairn.ui.parts

import android.content.res.Resources
import app.cairn.R
import app.cairn.core.RankedRow
import app.cairn.core.RankedSubject
import java.time.LocalDate
import java.time.YearMonth
import java.time.format.DateTimeFormatter
import java.time.format.FormatStyle
import java.util.Locale

/** "12 May in Portugal", "the week of 6 May", "May 2023", "Spain". */
fun subjectText(resources: Resources, row: RankedRow): String {
    val what = when (val subject = row.subject) {
        RankedSubject.Everything -> resources.getString(R.string.subject_everything)
        is RankedSubject.Day -> dateText(subject.day)
        is RankedSubject.Week -> resources.getString(R.string.subject_week, dateText(subject.monday))
        is RankedSubject.Month -> monthText(YearMonth.of(subject.year, subject.month))
        is RankedSubject.Trip -> resources.getString(R.string.subject_trip, dateText(row.reached.firstDay))
        is RankedSubject.Area -> resources.getString(R.string.subject_area, dateText(row.reached.firstDay))
        is RankedSubject.Country -> return countryText(subject.code)
    }
    val country = row.reached.country?.let(::countryText) ?: return what
    return resources.getString(R.string.subject_in, what, country)
}

fun countryText(code: String): String = Locale.Builder().setRegion(code).build().getDisplayCountry(Locale.getDefault())

fun dateText(epochDay: Int): String =
    DateTimeFormatter.ofLocalizedDate(FormatStyle.MEDIUM).format(LocalDate.ofEpochDay(epochDay.toLong()))

private fun monthText(month: YearMonth): String = DateTimeFormatter.ofPattern("LLLL yyyy").format(month)

/** Why something heard was not kept; the words are the core's (`intake/reason.rs`), and a new one is shown as "other". */
fun dropText(reason: String): Int = when (reason) {
    "mock_fix" -> R.string.drop_mock_fix
    "inaccurate_fix" -> R.string.drop_inaccurate_fix
    "null_island" -> R.string.drop_null_island
    "stale_fix" -> R.string.drop_stale_fix
    "implausible_time" -> R.string.drop_implausible_time
    "jump" -> R.string.drop_jump
    "aircraft" -> R.string.drop_aircraft
    "contradicted" -> R.string.drop_contradicted
    "zone" -> R.string.drop_zone
    "no_fix" -> R.string.drop_no_fix
    "hidden" -> R.string.drop_hidden
    "opted_out" -> R.string.drop_opted_out
    "refused" -> R.string.drop_refused
    "invalid_mac" -> R.string.drop_invalid_mac
    "nameless_cell" -> R.string.drop_nameless_cell
    "mobile" -> R.string.drop_mobile
    "unreadable" -> R.string.drop_unreadable
    "repeated" -> R.string.drop_repeated
    "known" -> R.string.drop_known
    else -> R.string.drop_other
}
