from mobile.main import run

run()
