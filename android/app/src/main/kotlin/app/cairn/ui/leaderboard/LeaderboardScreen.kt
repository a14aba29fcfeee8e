package app.cairn.ui.leaderboard

import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.defaultMinSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.shape.CircleShape
import androidx.compose.material3.FilterChip
import androidx.compose.material3.LinearProgressIndicator
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.LocalContext
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.semantics.clearAndSetSemantics
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import androidx.lifecycle.compose.collectAsStateWithLifecycle
import app.cairn.R
import app.cairn.core.Leaderboard
import app.cairn.core.RankedRow
import app.cairn.core.StandingRow
import app.cairn.core.StreakRow
import app.cairn.ui.parts.DayChart
import app.cairn.ui.parts.Emptiness
import app.cairn.ui.parts.Explanation
import app.cairn.ui.parts.Figures
import app.cairn.ui.parts.Group
import app.cairn.ui.parts.Page
import app.cairn.ui.parts.TroubleGroup
import app.cairn.ui.parts.dateText
import app.cairn.ui.parts.daysText
import app.cairn.ui.parts.distanceText
import app.cairn.ui.parts.numberText
import app.cairn.ui.parts.ofApp
import app.cairn.ui.parts.pointsText
import app.cairn.ui.parts.subjectText
import java.time.LocalDate

@Composable
fun LeaderboardRoute() {
    val model = ofApp(::LeaderboardViewModel)
    val state by model.state.collectAsStateWithLifecycle()
    val failure by model.failure.collectAsStateWithLifecycle()
    LaunchedEffect(Unit) { model.load() }
    LeaderboardScreen(state, failure)
}

@Composable
fun LeaderboardScreen(state: LeaderboardState?, failure: String? = null) = Page(stringResource(R.string.leaderboard)) {
    failure?.let { TroubleGroup(it) }
    val board = state?.board
    when {
        board == null -> return@Page
        board.totals.days == 0u -> Emptiness(stringResource(R.string.leaderboard_empty))
        else -> {
            Today(board, state.lastDays)
            Totals(board)
            Rankings(board)
        }
    }
}

@Composable
private fun Today(board: Leaderboard, lastDays: List<Long>) = Group(
    stringResource(R.string.today),
    MaterialTheme.colorScheme.primaryContainer,
) {
    val resources = LocalContext.current.resources
    Text(pointsText(resources, board.today.pointsTenths), style = MaterialTheme.typography.displaySmall)
    Text(standingText(board.today))
    Text(streakText(board.streak))
    if (lastDays.any { it > 0 }) {
        DayChart(
            lastDays,
            first = dateText(LocalDate.now().minusDays(lastDays.size - 1L).toEpochDay().toInt()),
            last = stringResource(R.string.today),
            description = stringResource(R.string.chart_description, lastDays.size, numberText(lastDays.max())),
        )
    }
}

/** "Your 3rd best day. 240 points more than 12 May in Portugal had make it the 2nd." */
@Composable
private fun standingText(standing: StandingRow): String {
    val resources = LocalContext.current.resources
    val next = standing.next
    val rank = standing.rank
    return when {
        rank != null && next != null -> stringResource(
            R.string.standing_next,
            numberText(rank.toLong()),
            pointsText(resources, standing.missingTenths),
            subjectText(resources, next),
        )
        rank != null -> stringResource(R.string.standing_best)
        next != null -> stringResource(
            R.string.standing_begin,
            pointsText(resources, standing.missingTenths),
            subjectText(resources, next),
        )
        else -> stringResource(R.string.standing_first)
    }
}

@Composable
private fun streakText(streak: StreakRow): String {
    val resources = LocalContext.current.resources
    val best = daysText(resources, streak.best)
    return when {
        streak.current == 0u -> stringResource(R.string.streak_none, best)
        streak.today -> stringResource(R.string.streak_today, daysText(resources, streak.current), best)
        else -> stringResource(R.string.streak_open, daysText(resources, streak.current), best)
    }
}

@Composable
private fun Totals(board: Leaderboard) = Group(stringResource(R.string.altogether)) {
    val totals = board.totals
    Figures(
        listOf(
            numberText(totals.pointsTenths.toLong() / 10) to stringResource(R.string.points_word),
            numberText(totals.wifi.toLong()) to stringResource(R.string.wifi_word),
            numberText(totals.cells.toLong()) to stringResource(R.string.cells_word),
            numberText(totals.ground.toLong()) to stringResource(R.string.ground_word),
            distanceText(totals.distanceM) to stringResource(R.string.distance),
            numberText(totals.beacons.toLong()) to stringResource(R.string.beacons_word),
            numberText(totals.days.toLong()) to stringResource(R.string.days_word),
            numberText(board.countriesVisited.toLong()) to stringResource(R.string.countries_word),
            numberText(totals.acceptedPointsTenths.toLong() / 10) to stringResource(R.string.accepted_points),
        ),
    )
    Explanation(stringResource(R.string.points_explanation))
}

private enum class Kind(val title: Int, val rows: (Leaderboard) -> List<RankedRow>) {
    DAYS(R.string.best_days, Leaderboard::days),
    WEEKS(R.string.best_weeks, Leaderboard::weeks),
    MONTHS(R.string.best_months, Leaderboard::months),
    TRIPS(R.string.best_trips, Leaderboard::trips),
    AREAS(R.string.best_areas, Leaderboard::areas),
    COUNTRIES(R.string.countries, Leaderboard::countries),
}

@Composable
private fun Rankings(board: Leaderboard) = Group(stringResource(R.string.rankings)) {
    var kind by rememberSaveable { mutableStateOf(Kind.DAYS) }
    FlowRow(horizontalArrangement = Arrangement.spacedBy(8.dp)) {
        Kind.entries.forEach { FilterChip(kind == it, { kind = it }, { Text(stringResource(it.title)) }) }
    }
    val rows = kind.rows(board)
    val most = rows.maxOfOrNull { it.reached.pointsTenths }?.toFloat() ?: 0f
    rows.forEach { RankedLine(it, if (most > 0) it.reached.pointsTenths.toFloat() / most else 0f) }
}

/** One of the best, with a bar that sets it beside the others. */
@Composable
private fun RankedLine(row: RankedRow, share: Float) {
    val resources = LocalContext.current.resources
    Column(Modifier.semantics(mergeDescendants = true) {}.padding(vertical = 4.dp), Arrangement.spacedBy(6.dp)) {
        Row(Modifier.fillMaxWidth(), Arrangement.spacedBy(12.dp), Alignment.CenterVertically) {
            Rank(row.rank)
            Column(Modifier.weight(1f)) {
                Text(subjectText(resources, row))
                Explanation(pointsText(resources, row.reached.pointsTenths))
            }
        }
        LinearProgressIndicator({ share }, Modifier.fillMaxWidth().clearAndSetSemantics {}, drawStopIndicator = {})
    }
}

/** The first three stand out. */
@Composable
private fun Rank(rank: UInt) {
    val colours = MaterialTheme.colorScheme
    val isHigh = rank <= 3u
    Box(
        Modifier.defaultMinSize(36.dp, 36.dp)
            .background(if (isHigh) colours.tertiaryContainer else colours.surfaceContainerHighest, CircleShape)
            .padding(horizontal = 8.dp),
        Alignment.Center,
    ) {
        Text(
            numberText(rank.toLong()),
            style = MaterialTheme.typography.titleMedium,
            color = if (isHigh) colours.onTertiaryContainer else colours.onSurface,
        )
    }
}
