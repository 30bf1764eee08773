"""Whether thirty thousand labels change their price while twenty pickers pick, and nobody waits longer for a light."""
