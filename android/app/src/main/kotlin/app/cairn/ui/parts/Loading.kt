package app.cairn.ui.parts

import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.ui.platform.LocalContext
import androidx.lifecycle.Lifecycle
import androidx.lifecycle.ViewModel
import androidx.lifecycle.compose.LocalLifecycleOwner
import androidx.lifecycle.repeatOnLifecycle
import androidx.lifecycle.viewModelScope
import androidx.lifecycle.viewmodel.compose.viewModel
import app.cairn.CairnApp
import app.cairn.R
import app.cairn.cairn
import app.cairn.core.CoreException
import app.cairn.data.FileTrouble
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.launch

/** A view model that asks the core, and keeps what went wrong in words until the user has seen it. */
abstract class CoreViewModel(protected val app: CairnApp) : ViewModel() {
    private val mutableFailure = MutableStateFlow<String?>(null)
    val failure: StateFlow<String?> = mutableFailure.asStateFlow()

    protected fun ask(work: suspend () -> Unit) = viewModelScope.launch {
        try {
            work()
            mutableFailure.value = null
        } catch (e: CoreException) {
            mutableFailure.value = failureText(app.resources, e)
        } catch (_: FileTrouble) {
            mutableFailure.value = app.getString(R.string.trouble_io)
        }
    }
}

/** The view model of a screen, made with the app. */
@Composable
inline fun <reified T : ViewModel> ofApp(crossinline make: (CairnApp) -> T): T {
    val app = LocalContext.current.cairn
    return viewModel { make(app) }
}

/** Does something again and again, as long as the screen is seen. */
@Composable
fun WhileSeen(everyMs: Long, work: suspend () -> Unit) {
    val owner = LocalLifecycleOwner.current
    LaunchedEffect(owner) {
        owner.repeatOnLifecycle(Lifecycle.State.STARTED) {
            while (true) {
                work()
                delay(everyMs)
            }
        }
    }
}
