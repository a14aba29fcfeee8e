package app.cairn.data

import android.content.Context
import app.cairn.R
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext

/** Something the app is made of. */
data class Licence(val name: String, val terms: String)

/** What `cargo xtask android licences` has written. */
suspend fun licences(context: Context): List<Licence> = withContext(Dispatchers.IO) {
    context.resources.openRawResource(R.raw.licences).bufferedReader().useLines { lines ->
        lines.map { it.split('\t') }.map { (name, terms) -> Licence(name, terms) }.toList()
    }
}
