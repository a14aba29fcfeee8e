package app.cairn.ui.map

import androidx.compose.runtime.Immutable
import androidx.lifecycle.viewModelScope
import app.cairn.CairnApp
import app.cairn.background.CollectingState
import app.cairn.background.StumbleService
import app.cairn.collect.mayLocate
import app.cairn.core.CoreException
import app.cairn.core.CoveredHexagon
import app.cairn.core.GeoBox
import app.cairn.core.Position
import app.cairn.core.RankedSubject
import app.cairn.core.Reached
import app.cairn.core.Saved
import app.cairn.core.ScanEvent
import app.cairn.core.ofScans
import app.cairn.ui.parts.CoreViewModel
import java.time.LocalDate
import kotlinx.coroutines.Job
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.SharingStarted
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.combine
import kotlinx.coroutines.flow.stateIn
import kotlinx.coroutines.flow.update

/** Everything the map shows. */
@Immutable
data class MapState(
    val collecting: CollectingState = CollectingState(),
    val trip: Reached? = null,
    /** What could be saved when the database was found damaged. */
    val saved: Saved? = null,
    val satellites: Int? = null,
    /** Whether the user has pressed start and refused what it needs. */
    val refused: Boolean = false,
    val covered: List<CoveredHexagon> = emptyList(),
    val estimate: Position? = null,
    val mapFile: String? = null,
    val tileUrl: String? = null,
    /** Whether nothing was ever collected. */
    val isNew: Boolean = false,
    /** Where the map opens, latitude and longitude. */
    val home: Pair<Double, Double>? = null,
)

class MapViewModel(app: CairnApp) : CoreViewModel(app), MapActions {
    private val known = MutableStateFlow(MapState())

    val state: StateFlow<MapState> = combine(known, app.collecting.state, app.settings.choices) { known, collecting, choices ->
        known.copy(collecting = collecting, mapFile = choices.mapFile, tileUrl = choices.tileUrl)
    }.stateIn(viewModelScope, SharingStarted.WhileSubscribed(KEEP_MS), MapState())

    private var box: GeoBox? = null
    private var looking: Job? = null

    init {
        ask {
            val (home, saved) = home() to app.core.saved()
            known.update { it.copy(home = home, isNew = home == null, saved = saved) }
        }
    }

    /** The part of the map that is seen has changed. */
    fun look(box: GeoBox) {
        this.box = box
        looking?.cancel()
        looking = ask {
            // While the finger still moves, the next box is only milliseconds away.
            delay(SETTLE_MS)
            val covered = app.core.coverage(box, MOST_HEXAGONS)
            known.update { it.copy(covered = covered) }
        }
    }

    fun mayStart() = app.mayLocate()

    /** Says so where the permission for it was refused. */
    override fun start() {
        val isStarted = StumbleService.start(app)
        known.update { it.copy(refused = !isStarted) }
    }

    override fun pause() {
        StumbleService.pause(app)
    }

    override fun stop() {
        StumbleService.stop(app)
    }

    /** The ground walked last in the user's best area. */
    private suspend fun home(): Pair<Double, Double>? {
        val best = app.core.leaderboard(LocalDate.now()).areas.firstOrNull()?.subject as? RankedSubject.Area ?: return null
        var around = GeoBox(best.lat - AREA_DEGREES, best.lon - AREA_DEGREES, best.lat + AREA_DEGREES, best.lon + AREA_DEGREES)
        // First which part of the area, then which hexagon of that part.
        repeat(2) {
            around = app.core.coverage(around, MOST_HEXAGONS).maxByOrNull { it.lastDay }?.box() ?: return null
        }
        return (around.south + around.north) / 2 to (around.west + around.east) / 2
    }

    suspend fun refresh() {
        if (state.value.collecting.heard.isEmpty() && known.value.trip == null && box == null) return
        try {
            val trip = app.core.trip()
            val heard = ofScans(app.collecting.state.value.heard)
            val estimate = if (heard == ScanEvent()) null else app.core.locate(heard)
            val covered = box?.let { app.core.coverage(it, MOST_HEXAGONS) }.orEmpty()
            known.update { it.copy(trip = trip, estimate = estimate, covered = covered, satellites = app.gnss.satellitesUsed) }
        } catch (_: CoreException) {
            // The collection tells its own trouble; what the map shows stays as it was.
        }
    }

    private companion object {
        const val SETTLE_MS = 150L
        const val KEEP_MS = 5_000L
        const val MOST_HEXAGONS = 2_500

        /** An area of the leaderboard (H3 resolution 5) reaches some 10 km from its middle. */
        const val AREA_DEGREES = 0.2
    }
}
