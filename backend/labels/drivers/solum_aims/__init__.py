"""SoluM AIMS: the server, in a cloud or in the shop, that runs SoluM's electronic shelf labels."""
