package app.cairn.ui.about

import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.produceState
import androidx.compose.ui.platform.LocalContext
import androidx.compose.ui.res.stringResource
import app.cairn.BuildInfo
import app.cairn.R
import app.cairn.data.Licence
import app.cairn.data.licences
import app.cairn.ui.parts.Explanation
import app.cairn.ui.parts.Group
import app.cairn.ui.parts.Line
import app.cairn.ui.parts.Page

@Composable
fun AboutRoute(back: () -> Unit) {
    val context = LocalContext.current
    val used by produceState(emptyList<Licence>()) { value = licences(context) }
    AboutScreen(used, back)
}

/** What this is, and what it is made of. */
@Composable
fun AboutScreen(used: List<Licence>, back: () -> Unit) = Page(stringResource(R.string.about), back) {
    Group {
        Text(stringResource(R.string.about_version, BuildInfo.CORE_VERSION))
        Explanation(stringResource(R.string.about_licence))
    }
    Group(stringResource(R.string.made_with)) {
        used.forEach { Line(it.name, it.terms) }
    }
}
