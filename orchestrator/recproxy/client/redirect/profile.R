# Makes R's clients trust the run. The package curl, with httr and all others that are built on it, and RCurl obey proxy
# variables, but read no variable that names a bundle. CURL_CA_BUNDLE is the curl command's own name for it; R itself
# obeys that one. R loads this file in the place of the user's own profile, which is loaded from here.

local({
  bundle <- Sys.getenv("CURL_CA_BUNDLE")
  if (nzchar(bundle)) {
    setHook(packageEvent("curl", "onLoad"), function(...) {
      namespace <- asNamespace("curl")
      original <- get("new_handle", namespace)
      trusting <- function(...) {
        handle <- original(...)
        get("handle_setopt", namespace)(handle, cainfo = bundle)
        handle
      }
      if (bindingIsLocked("new_handle", namespace)) get("unlockBinding", baseenv())("new_handle", namespace)
      assign("new_handle", trusting, namespace)
    })
    options(RCurlOptions = c(getOption("RCurlOptions"), list(cainfo = bundle)))
  }
  # As R looks for it: a profile that R_PROFILE_USER names is the only one.
  own <- Sys.getenv("RECPROXY_R_PROFILE", if (file.exists(".Rprofile")) ".Rprofile" else "~/.Rprofile")
  if (file.exists(own)) source(own, local = globalenv())
})
