package app.cairn.ui.leaderboard

import androidx.compose.runtime.Immutable
import app.cairn.CairnApp
import app.cairn.core.Leaderboard
import app.cairn.ui.parts.CoreViewModel
import java.time.LocalDate
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow

/** Everything the leaderboard shows. */
@Immutable
data class LeaderboardState(
    val board: Leaderboard,
    /** Whole points of the last days, today's last. */
    val lastDays: List<Long>,
)

class LeaderboardViewModel(app: CairnApp) : CoreViewModel(app) {
    private val mutableState = MutableStateFlow<LeaderboardState?>(null)
    val state: StateFlow<LeaderboardState?> = mutableState.asStateFlow()

    fun load() = ask {
        val today = LocalDate.now()
        val first = today.minusDays(DAYS - 1)
        val byDay = app.core.days(first, today).associate { it.day.toLong() to it.reached.pointsTenths.toLong() / 10 }
        val lastDays = (first.toEpochDay()..today.toEpochDay()).map { byDay[it] ?: 0 }
        mutableState.value = LeaderboardState(app.core.leaderboard(today), lastDays)
    }

    private companion object {
        const val DAYS = 30L
    }
}
