"""The whole store on a virtual clock: the real backend and the real phone app, and everybody who comes near them."""
