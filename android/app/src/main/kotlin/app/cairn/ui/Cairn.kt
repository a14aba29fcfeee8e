package app.cairn.ui

import android.net.Uri
import androidx.compose.foundation.layout.WindowInsets
import androidx.compose.foundation.layout.consumeWindowInsets
import androidx.compose.foundation.layout.padding
import androidx.compose.material3.Icon
import androidx.compose.material3.NavigationBar
import androidx.compose.material3.NavigationBarItem
import androidx.compose.material3.Scaffold
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.runtime.getValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.LocalDensity
import androidx.compose.ui.res.painterResource
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.text.style.TextOverflow
import androidx.compose.ui.unit.Density
import androidx.navigation.NavGraph.Companion.findStartDestination
import androidx.navigation.NavHostController
import androidx.navigation.compose.NavHost
import androidx.navigation.compose.composable
import androidx.navigation.compose.currentBackStackEntryAsState
import androidx.navigation.compose.rememberNavController
import app.cairn.R
import app.cairn.ui.about.AboutRoute
import app.cairn.ui.data.DataRoute
import app.cairn.ui.help.HelpRoute
import app.cairn.ui.leaderboard.LeaderboardRoute
import app.cairn.ui.locate.LocateRoute
import app.cairn.ui.map.MapRoute
import app.cairn.ui.outbox.OutboxRoute
import app.cairn.ui.settings.SettingsRoute

/** The places of the app. The first four stand in the bar, the others behind "more", with a word on [what] they are for. */
enum class Place(val title: Int, val icon: Int, val what: Int? = null) {
    MAP(R.string.map, R.drawable.ic_map),
    LEADERBOARD(R.string.leaderboard, R.drawable.ic_leaderboard),
    OUTBOX(R.string.outbox, R.drawable.ic_outbox),
    MORE(R.string.more, R.drawable.ic_more),
    LOCATE(R.string.locate, R.drawable.ic_locate, R.string.locate_what),
    DATA(R.string.data, R.drawable.ic_data, R.string.data_what),
    SETTINGS(R.string.settings, R.drawable.ic_settings, R.string.settings_what),
    HELP(R.string.help, R.drawable.ic_help, R.string.help_what),
    ABOUT(R.string.about, R.drawable.ic_about, R.string.about_what),
}

private val inBar = Place.entries.take(4)
private val behindMore = Place.entries.drop(4)

/**
 * The app after its first start; [first] is where it opens, [incoming] files that another app hands over, and [start] whether
 * collecting is to begin as if the button were pressed.
 */
@Composable
fun Cairn(first: Place = Place.MAP, incoming: List<Uri> = emptyList(), start: Boolean = false) {
    val navigation = rememberNavController()
    Scaffold(bottomBar = { Bar(navigation) }, contentWindowInsets = WindowInsets(0, 0, 0, 0)) { padding ->
        NavHost(navigation, first.name, Modifier.padding(padding).consumeWindowInsets(padding)) {
            val go = { place: Place -> navigation.navigate(place.name) }
            val back: () -> Unit = { navigation.popBackStack() }
            composable(Place.MAP.name) { MapRoute(start, help = { go(Place.HELP) }) }
            composable(Place.LEADERBOARD.name) { LeaderboardRoute() }
            composable(Place.OUTBOX.name) { OutboxRoute(settings = { go(Place.SETTINGS) }) }
            composable(Place.MORE.name) { MoreScreen(behindMore, go) }
            composable(Place.LOCATE.name) { LocateRoute(back) }
            composable(Place.DATA.name) { DataRoute(back, incoming) }
            composable(Place.SETTINGS.name) { SettingsRoute(back) }
            composable(Place.HELP.name) { HelpRoute(back) }
            composable(Place.ABOUT.name) { AboutRoute(back) }
        }
    }
}

@Composable
private fun Bar(navigation: NavHostController) {
    val entry by navigation.currentBackStackEntryAsState()
    val here = entry?.destination?.route
    val density = LocalDensity.current
    // Four words share the width of the screen: letters of twice the size would be cut.
    val fitting = Density(density.density, density.fontScale.coerceAtMost(LARGEST_IN_BAR))
    CompositionLocalProvider(LocalDensity provides fitting) {
        NavigationBar {
            inBar.forEach { place ->
                NavigationBarItem(
                    selected = here == place.name || (place == Place.MORE && behindMore.any { it.name == here }),
                    onClick = { navigation.switchTo(place) },
                    icon = { Icon(painterResource(place.icon), null) },
                    label = { Text(stringResource(place.title), maxLines = 1, overflow = TextOverflow.Ellipsis) },
                )
            }
        }
    }
}

/** The longest of the words, "Leaderboard", still fits a quarter of 360 dp. */
private const val LARGEST_IN_BAR = 1.1f

private fun NavHostController.switchTo(place: Place) = navigate(place.name) {
    popUpTo(graph.findStartDestination().id) { saveState = true }
    launchSingleTop = true
    restoreState = place != Place.MORE
}
