package app.cairn.ui

import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.heightIn
import androidx.compose.material3.Icon
import androidx.compose.material3.ListItem
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.res.painterResource
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.unit.dp
import app.cairn.R
import app.cairn.ui.parts.Page

/** The places that are not in the bar. */
@Composable
fun MoreScreen(places: List<Place>, go: (Place) -> Unit) = Page(stringResource(R.string.more)) {
    places.forEach { place ->
        ListItem(
            headlineContent = { Text(stringResource(place.title)) },
            supportingContent = place.what?.let { { Text(stringResource(it)) } },
            leadingContent = { Icon(painterResource(place.icon), null) },
            modifier = Modifier.heightIn(min = 64.dp).clip(MaterialTheme.shapes.medium).clickable { go(place) },
        )
    }
}
