package app.cairn.ui.leaderboard

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.width
import androidx.compose.material3.FilterChip
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
import app.cairn.ui.parts.Figure
import app.cairn.ui.parts.Group
import app.cairn.ui.parts.Page
import app.cairn.ui.parts.TroubleGroup
import app.cairn.ui.parts.daysText
import app.cairn.ui.parts.distanceText
import app.cairn.ui.parts.numberText
import app.cairn.ui.parts.ofApp
import app.cairn.ui.parts.pointsText
import app.cairn.ui.parts.subjectText

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
    DayChart(lastDays, stringResource(R.string.chart_description, lastDays.size))
    Explanation(stringResource(R.string.chart_explanation, lastDays.size))
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
    FlowRow(horizontalArrangement = Arrangement.spacedBy(24.dp), verticalArrangement = Arrangement.spacedBy(12.dp)) {
        Figure(numberText(totals.pointsTenths.toLong() / 10), stringResource(R.string.points_word))
        Figure(numberText(totals.wifi.toLong()), stringResource(R.string.wifi_word))
        Figure(numberText(totals.cells.toLong()), stringResource(R.string.cells_word))
        Figure(numberText(totals.beacons.toLong()), stringResource(R.string.beacons_word))
        Figure(numberText(totals.ground.toLong()), stringResource(R.string.ground_word))
        Figure(distanceText(totals.distanceM), stringResource(R.string.distance))
        Figure(numberText(board.countriesVisited.toLong()), stringResource(R.string.countries))
        Figure(numberText(totals.acceptedPointsTenths.toLong() / 10), stringResource(R.string.accepted_points))
    }
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
    kind.rows(board).forEach { RankedLine(it) }
}

@Composable
private fun RankedLine(row: RankedRow) {
    val resources = LocalContext.current.resources
    Row(
        Modifier.fillMaxWidth().heightIn(min = 40.dp).semantics(mergeDescendants = true) {},
        Arrangement.spacedBy(8.dp),
        Alignment.CenterVertically,
    ) {
        Text(numberText(row.rank.toLong()), Modifier.width(32.dp), style = MaterialTheme.typography.titleMedium)
        Text(subjectText(resources, row), Modifier.weight(1f))
        Text(pointsText(resources, row.reached.pointsTenths))
    }
}
